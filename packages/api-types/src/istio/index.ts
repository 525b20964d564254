/** The kinds of Istio, in the order of their groups and names. */
import { TrafficExtension, WasmPlugin } from './extensions/index.ts'
import { IstioOperator } from './install/index.ts'
import { networkingKinds } from './networking/index.ts'
import { AuthorizationPolicy, PeerAuthentication, RequestAuthentication } from './security/index.ts'
import type { IstioKind } from './shared/schema/index.ts'
import { Telemetry } from './telemetry/index.ts'

export * from './extensions/index.ts'
export * from './install/index.ts'
export * from './security/index.ts'
export * from './telemetry/index.ts'

/** All of them; each has a CRD. */
export const istioKinds: readonly IstioKind<unknown, unknown>[] = [
  TrafficExtension, WasmPlugin,
  IstioOperator,
  ...networkingKinds,
  AuthorizationPolicy, PeerAuthentication, RequestAuthentication,
  Telemetry,
]
