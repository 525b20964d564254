/** The kinds of `security.istio.io`. */
export * from './authorization-policy/index.ts'
export * from './peer-authentication/index.ts'
export * from './request-authentication/index.ts'
