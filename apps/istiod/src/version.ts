/** The version of this build; the bundler puts it in. */
declare const __VERSION__: string | undefined

/** Version of istio-ts; `dev` when run from sources. */
export const VERSION: string = typeof __VERSION__ === 'string' ? __VERSION__ : 'dev'
