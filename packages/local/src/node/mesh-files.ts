/** The files in the state folder by which supervisor, istiod and `local status` know of each other. */
import { join } from 'node:path'
import type { Diagnostic } from '@istio-ts/foundation'
import type { LoopbackPlan } from '@istio-ts/api-types'
import type { LaunchCheck } from '../launch/launch-plan.ts'
import type { PortLedger } from '../ports/ledger.ts'
import type { ProcessRecord } from './kept-process.ts'
import { isAlive, type ProcessIdentity } from './process-identity.ts'
import { readJson } from './state-folder.ts'

/** `ports.json`: kept across restarts. */
export const portsFile = (stateFolder: string): string => join(stateFolder, 'ports.json')
/** `endpoints.json`: process keys whose endpoint is to be published; istiod watches it. */
export const endpointsFile = (stateFolder: string): string => join(stateFolder, 'endpoints.json')
export const meshFile = (stateFolder: string): string => join(stateFolder, 'mesh.json')
export const supervisorFile = (stateFolder: string): string => join(stateFolder, 'run/supervisor.json')
export const processesFile = (stateFolder: string): string => join(stateFolder, 'run/processes.json')
export const viewFile = (stateFolder: string): string => join(stateFolder, 'run/view.json')
export const logFile = (stateFolder: string, id: string): string => join(stateFolder, 'logs', `${id.replaceAll('/', '.')}.log`)
/** Where a sidecar that is a real Envoy notes Envoy's own pid. */
export const envoyPidFile = (stateFolder: string, key: string): string => join(stateFolder, 'run', `${key.replace('/', '.')}.envoy.json`)
/** Where the sidecar says why there is no Envoy to run: its own exit tells only that it ended. */
export const envoyProblemFile = (stateFolder: string, key: string): string => join(stateFolder, 'run', `${key.replace('/', '.')}.envoy-problem.json`)

/** `run/view.json`: what the supervisor knows, so that `status` can answer without it. */
export interface SupervisorView {
  /** Pid of the supervisor that wrote it; a dead one's view stays, and may be older than the files. */
  readonly supervisor: number
  readonly name: string
  readonly folder: string
  readonly trustDomain: string
  readonly workloads: readonly ViewWorkload[]
  readonly gateways: readonly { readonly plan: LoopbackPlan; readonly at: Place }[]
  readonly problems: readonly Diagnostic[]
}

/** Where a process is defined. */
export type Place = Pick<Diagnostic, 'resource' | 'path' | 'source'>

/** A workload in the view. */
export interface ViewWorkload {
  readonly name: string
  readonly namespace: string
  readonly service: string | null
  readonly serviceAccount: string
  readonly engine: 'istio-ts' | 'envoy'
  /** False if somebody else starts it. */
  readonly started: boolean
  readonly check: LaunchCheck
  readonly plan: LoopbackPlan
  readonly at: Place
}

const record = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {})

/** Reads the ledger; entries that are no ports are dropped. */
export const readLedger = (stateFolder: string): PortLedger =>
  Object.fromEntries(Object.entries(record(readJson(portsFile(stateFolder)))).flatMap(([use, port]) => (typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65536 ? [[use, port]] : [])))

/** Reads the keys of ready processes. */
export const readReadyProcesses = (stateFolder: string): ReadonlySet<string> =>
  new Set(Object.entries(record(readJson(endpointsFile(stateFolder)))).flatMap(([key, ready]) => (ready === true ? [key] : [])))

/** Reads the records of processes. */
export const readProcesses = (stateFolder: string): Readonly<Record<string, ProcessRecord>> =>
  Object.fromEntries(Object.entries(record(readJson(processesFile(stateFolder)))).flatMap(([id, value]) => (isProcessRecord(value) ? [[id, value]] : [])))

/** Reads an identity file; undefined if there is none. */
export function readIdentity(path: string): ProcessIdentity | undefined {
  const value = readJson(path)
  return isIdentity(value) ? { pid: value.pid, startTime: value.startTime } : undefined
}

/** The supervisor of the mesh; undefined if none lives. */
export function livingSupervisor(stateFolder: string): ProcessIdentity | undefined {
  const supervisor = readIdentity(supervisorFile(stateFolder))
  return supervisor && isAlive(supervisor) ? supervisor : undefined
}

/** Reads the view; undefined before the supervisor wrote one. */
export function readView(stateFolder: string): SupervisorView | undefined {
  const value = readJson(viewFile(stateFolder))
  return isView(value) ? value : undefined
}

const isIdentity = (value: unknown): value is ProcessIdentity => typeof record(value)['pid'] === 'number' && typeof record(value)['startTime'] === 'string'
const isProcessRecord = (value: unknown): value is ProcessRecord => isIdentity(value) && typeof record(value)['version'] === 'string' && typeof record(value)['restarts'] === 'number'
const isView = (value: unknown): value is SupervisorView => Array.isArray(record(value)['workloads']) && Array.isArray(record(value)['gateways']) && Array.isArray(record(value)['problems'])
