/** How host names become addresses. */

/** What a lookup gave. */
export type ResolveResult =
  | { readonly ok: true; readonly addresses: readonly string[]; readonly ttlMs?: number }
  | { readonly ok: false; readonly detail: string }

/** A DNS resolver; `done` is called once, never before `resolve` returned. */
export interface Resolver {
  resolve(host: string, family: 'V4_ONLY' | 'V6_ONLY' | 'AUTO' | 'ALL' | 'V4_PREFERRED', done: (result: ResolveResult) => void): void
}
