/** MeshNetworks: which endpoints are in which network, and the gateways between them (ConfigMap `istio`, key `meshNetworks`). */
import type * as z from 'zod'
import { once } from '../once.ts'
import { list, map, message, text, uint32, type DeepReadonly } from './message.ts'

const network = () =>
  message({
    endpoints: list(message({ fromCidr: text(), fromRegistry: text() })),
    gateways: list(message({ registryServiceName: text(), address: text(), port: uint32(), locality: text() })),
  })

/** Schema of MeshNetworks. */
export const meshNetworksMessage = once(() => message({ networks: map(network()) }))

/** The networks by name. */
export interface MeshNetworks extends DeepReadonly<z.infer<ReturnType<typeof meshNetworksMessage>>> {}

/** One network. */
export interface MeshNetwork extends DeepReadonly<z.infer<ReturnType<typeof network>>> {}

/** Istio's default: no networks. */
export const defaultMeshNetworks: MeshNetworks = { networks: {} }
