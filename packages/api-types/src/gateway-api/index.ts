/** The Gateway API kinds. @see https://gateway-api.sigs.k8s.io */
import type { Kind } from '../kind.ts'

/** All of them, for the catalogue. */
export const gatewayApiKinds: readonly Kind[] = []
