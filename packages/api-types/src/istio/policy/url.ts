/** URLs as Go reads them, because that is what accepts or refuses them in Istio and in the CEL rules of a CRD. @see https://pkg.go.dev/net/url */

/** The parts of a URL that rules look at; the scheme is in lower case, empty if there is none. */
export interface GoUrl {
  readonly scheme: string
  readonly host: string
  readonly port: string
}

/** `url.Parse`: absolute and relative references; undefined if it is none. */
export const parseUrl = (text: string): GoUrl | undefined => {
  const hash = text.indexOf('#')
  return hash < 0 ? parse(text, false) : isEscaped(text.slice(hash + 1)) ? parse(text.slice(0, hash), false) : undefined
}

/** `url.ParseRequestURI`: an absolute URI or an absolute path, as CEL's `isURL` wants; undefined if it is neither. */
export const parseRequestUri = (text: string): GoUrl | undefined => parse(text, true)

/** CEL's `isURL` of the API server. */
export const isUrl = (text: string): boolean => parseRequestUri(text) !== undefined

// eslint-disable-next-line no-control-regex -- Go refuses exactly these bytes
const CONTROL = /[\x00-\x1f\x7f]/

function parse(text: string, isRequest: boolean): GoUrl | undefined {
  if (CONTROL.test(text) || (text === '' && isRequest)) return undefined
  if (text === '*') return { scheme: '', host: '', port: '' }
  const split = splitScheme(text)
  if (!split) return undefined
  const { scheme } = split
  const rest = split.rest.split('?', 1)[0] ?? ''
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { scheme, host: '', port: '' } // opaque, e.g. mailto:x
    const colon = rest.split('/', 1)[0]?.includes(':') ?? false
    return isRequest || colon || !isEscaped(rest) ? undefined : { scheme, host: '', port: '' }
  }
  if (!rest.startsWith('//') || (scheme === '' && isRequest)) return isEscaped(rest) ? { scheme, host: '', port: '' } : undefined
  const end = rest.indexOf('/', 2)
  const authority = parseAuthority(end < 0 ? rest.slice(2) : rest.slice(2, end))
  return authority && isEscaped(end < 0 ? '' : rest.slice(end)) ? { scheme, ...authority } : undefined
}

/** Go: a colon before the first other character than a scheme's ends it; a text that begins with a colon is refused. */
function splitScheme(text: string): { readonly scheme: string; readonly rest: string } | undefined {
  if (text.startsWith(':')) return undefined
  const match = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(text)
  return match?.[1] === undefined ? { scheme: '', rest: text } : { scheme: match[1].toLowerCase(), rest: text.slice(match[0].length) }
}

function parseAuthority(authority: string): { readonly host: string; readonly port: string } | undefined {
  const at = authority.lastIndexOf('@')
  if (at >= 0 && !/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(authority.slice(0, at))) return undefined
  const hostPort = authority.slice(at + 1)
  const match = hostPort.startsWith('[') ? /^(\[[^\]]*\])(?::(\d*))?$/.exec(hostPort) : /^([^:]*(?::(?!\d*$)[^:]*)*)(?::(\d*))?$/.exec(hostPort)
  const host = match?.[1]
  // A colon that no digits follow is an invalid port; other characters Go refuses in hosts are those that no escape is for.
  if (match === null || host === undefined || (!host.startsWith('[') && host.includes(':')) || /[ "<>\\^`{|}]/.test(host) || !isEscaped(host)) return undefined
  return { host, port: match[2] ?? '' }
}

const isEscaped = (text: string): boolean => !/%(?![0-9a-fA-F]{2})/.test(text)
