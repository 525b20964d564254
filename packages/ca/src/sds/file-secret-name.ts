/** SDS names of what users keep in files: `file-cert:<certificate>~<key>` and `file-root:<path>`, as Istio's agent reads them. */

/** What such a name stands for. */
export type FileSecret =
  | { readonly kind: 'certificate'; readonly certificate: string; readonly key: string }
  | { readonly kind: 'roots'; readonly path: string }
  /** `file-root:system`: what the operating system trusts. */
  | { readonly kind: 'system-roots' }

/** Reads a name; undefined if it is of another kind. A certificate without a key is none. */
export function parseFileSecret(name: string): FileSecret | undefined {
  if (name.startsWith('file-root:')) {
    const path = name.slice('file-root:'.length)
    return path === 'system' ? { kind: 'system-roots' } : path === '' ? undefined : { kind: 'roots', path }
  }
  if (!name.startsWith('file-cert:')) return undefined
  const [certificate = '', key = '', ...more] = name.slice('file-cert:'.length).split('~')
  return certificate === '' || key === '' || more.length > 0 ? undefined : { kind: 'certificate', certificate, key }
}
