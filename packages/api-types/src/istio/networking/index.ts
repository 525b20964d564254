/** The kinds of networking.istio.io. */
import { DestinationRule } from './destination-rule/index.ts'
import { EnvoyFilter } from './envoy-filter/index.ts'
import { Gateway } from './gateway/index.ts'
import { ProxyConfig } from './proxy-config/index.ts'
import { ServiceEntry } from './service-entry/index.ts'
import type { IstioKind } from '../shared/schema/index.ts'
import { Sidecar } from './sidecar/index.ts'
import { VirtualService } from './virtual-service/index.ts'
import { WorkloadEntry } from './workload-entry/index.ts'
import { WorkloadGroup } from './workload-group/index.ts'

export { DestinationRule, EnvoyFilter, Gateway, ProxyConfig, ServiceEntry, Sidecar, VirtualService, WorkloadEntry, WorkloadGroup }

/** All of them, for the catalogue. */
export const networkingKinds: readonly IstioKind<unknown>[] = [VirtualService, DestinationRule, Gateway, ServiceEntry, WorkloadEntry, WorkloadGroup, Sidecar, EnvoyFilter, ProxyConfig]
