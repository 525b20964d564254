/** Keeps a log on one line: control characters become `\xNN`. */

/** Escapes control characters; undefined stays undefined, clean text is returned as it is. */
export function escapeControl(text: string): string
export function escapeControl(text: string | undefined): string | undefined
export function escapeControl(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 32 || code === 127) return escapeAll(text)
  }
  return text
}

// eslint-disable-next-line no-control-regex -- control characters are exactly what is looked for
const escapeAll = (text: string): string => text.replace(/[\x00-\x1f\x7f]/g, (found) => `\\x${found.charCodeAt(0).toString(16).padStart(2, '0')}`)
