/** A mesh on one machine, the pure half: LocalMesh and chosen ports in; resources, loopback plans and environments out. */
export { localProcesses, processKey, type LocalProcess } from './processes.ts'
export { callables, type Callable } from './callable.ts'
export { completeLedger, inboundUse, ISTIOD_USES, outboundUse, portUses, userPorts, type PortLedger } from './ports/ledger.ts'
export { deriveLocalMesh, localCallables, selectLocalMesh, type DerivedLocalMesh } from './derive/derive-local-mesh.ts'
export { localResources, type ReadyProcesses } from './derive/local-resources.ts'
export { loopbackPlans } from './derive/loopback-plans.ts'
export { processEnvironment, serviceVariables, variableFindings, variableName, withoutProxyVariables, type Environment } from './launch/environment.ts'
