/** IP addresses as Go reads them. */
import { ipFamily } from '@istio-ts/foundation'

/** An IPv4 or IPv6 address; an IPv6 zone is taken. */
export const isIpAddress = (text: string): boolean => ipFamily(text) !== undefined || (text.includes(':') && /%.+$/.test(text) && ipFamily(text.slice(0, text.indexOf('%'))) === 6)
