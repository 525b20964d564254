/** Flags of `version`, and the version of this build. */

declare const __VERSION__: string | undefined

/** Version of this build; the bundler fills it in. */
export const VERSION = typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0-dev'

/** Flags of `version`. */
export interface VersionFlags {
  readonly short: boolean
  readonly output?: string
  readonly remote: boolean
  /** Global flag. */
  readonly mesh?: string
}
