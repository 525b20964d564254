/** Runs a scenario: a mesh as YAML, then calls and changes in order, each with what must be true of it. */
import type { Diagnostic } from '@istio-ts/foundation'
import type { XdsVariant } from '@istio-ts/xds-protocol'
import { judge } from './judge.ts'
import { makeCall, type CallResult } from './make-call.ts'
import { look } from './look.ts'
import { named } from './mesh/named.ts'
import { startMesh, type Mesh } from './mesh/start-mesh.ts'
import { parseSteps, type CallStep, type Step } from './steps.ts'
import { Hanging, runUntil, turns } from './world/virtual-time.ts'

/** A scenario as text. */
export interface Scenario {
  /** One LocalMesh and the resources of the mesh, as YAML documents. */
  readonly mesh: string
  /** The steps, as YAML; see {@link Step}. */
  readonly calls: string
  /** Files that steps apply, by name. */
  readonly files?: Readonly<Record<string, string>>
}

/** How a scenario is run. */
export interface RunOptions {
  /** The form of xDS between control plane and proxies. Default `delta`, as a local mesh has it. */
  readonly variant?: XdsVariant
  /** Ends at the first step that does not hold: for whoever only asks whether there is one. Default false. */
  readonly stopAtFirst?: boolean
}

/** What happened. */
export interface ScenarioResult {
  /** Sentences of what was not as expected; empty = the scenario holds. */
  readonly problems: readonly string[]
  /** The results of each call step, in order. */
  readonly calls: readonly { readonly step: CallStep; readonly results: readonly CallResult[] }[]
  /** What the control plane found at the end. */
  readonly diagnostics: readonly Diagnostic[]
  /** Access log lines by proxy. */
  readonly logs: ReadonlyMap<string, readonly string[]>
  /** Metrics that proxies have by now: name -> type and names of labels. */
  readonly metrics: ReadonlyMap<string, { readonly type: string; readonly labels: readonly string[] }>
}

/** Runs it to the end. Real code from YAML to bytes; only sockets and time are made up. @throws Error for a scenario that cannot be run */
export async function runScenario(scenario: Scenario, options: RunOptions = {}): Promise<ScenarioResult> {
  const steps = parseSteps(scenario.calls)
  const mesh = await startMesh('mesh.yaml', scenario.mesh, options)
  try {
    const calls: { step: CallStep; results: readonly CallResult[] }[] = []
    const problems: string[] = []
    for (const [i, step] of steps.entries()) {
      const { found, results = [] } = await runStep(mesh, step, `${i + 1}`, scenario.files ?? {}).catch(asProblem)
      if (step.kind === 'call') calls.push({ step, results })
      problems.push(...found.map((problem) => `step ${i + 1}: ${problem}`))
      if (options.stopAtFirst === true && problems.length > 0) break
    }
    const faults = [...mesh.sidecars].flatMap(([key, { errors }]) => errors.map((error) => `${key}: ${error.code} ${error.message}`))
    return { problems: [...problems, ...faults], calls, diagnostics: mesh.diagnostics(), logs: new Map([...mesh.sidecars].map(([key, { log }]) => [key, log])), metrics: metricsOf(mesh) }
  } finally {
    await mesh.stop()
  }
}

/** Timers of a second and more fire one by one; what they cause may run in between. Hours pass in larger steps. */
const [WAIT_STEP_MS, MOST_WAIT_STEPS] = [250, 400]

/** What a step found wrong, and the results of calls. */
interface StepResult {
  readonly found: readonly string[]
  readonly results?: readonly CallResult[]
}

const NOTHING_WRONG: StepResult = { found: [] }

/** What hangs is a finding like another; all else cannot be run. */
function asProblem(error: unknown): StepResult {
  if (error instanceof Hanging) return { found: [error.message] }
  throw error
}

async function runStep(mesh: Mesh, step: Step, id: string, files: Readonly<Record<string, string>>): Promise<StepResult> {
  switch (step.kind) {
    case 'apply':
      await mesh.apply(step.file, fileOf(files, step.file))
      return NOTHING_WRONG
    case 'wait':
      await wait(mesh, step.ms)
      return NOTHING_WRONG
    case 'answers':
      named(mesh.programs, step.program).answer(step.answers)
      return NOTHING_WRONG
    case 'secure': {
      const { chainPem, privateKeyPem, rootsPem } = await mesh.world.of(step.certificate)
      named(mesh.programs, step.program).secure({ certificateChainPem: chainPem, privateKeyPem, ...(step.asksClients ? { trustedCaPem: rootsPem, requireClientCertificate: true } : {}) })
      return NOTHING_WRONG
    }
    case 'call': {
      if (step.unattended) return leave(mesh, step, id)
      const results = await (step.meanwhile === undefined && !step.atOnce ? oneByOne(mesh, step, id) : together(mesh, step, id, files))
      return { found: judge(step, results), results }
    }
    default: return { found: look(mesh, step) }
  }
}

async function wait(mesh: Mesh, ms: number): Promise<void> {
  const stepMs = Math.max(WAIT_STEP_MS, ms / MOST_WAIT_STEPS)
  for (let waited = 0; waited < ms; waited += stepMs) {
    mesh.clock.advance(stepMs)
    await turns()
  }
}

async function oneByOne(mesh: Mesh, step: CallStep, id: string): Promise<readonly CallResult[]> {
  const results: CallResult[] = []
  for (let n = 0; n < step.times; n++) results.push(await runUntil(mesh.clock, makeCall(mesh, step, `${id}-${n}`), 'the call'))
  return results
}

/** Sends the requests, and does not wait for what comes of them. */
async function leave(mesh: Mesh, step: CallStep, id: string): Promise<StepResult> {
  for (let n = 0; n < step.times; n++) void makeCall(mesh, step, `${id}-${n}`)
  await turns()
  return NOTHING_WRONG
}

/** All requests at once, and the change, if there is one, while they are on their way. */
async function together(mesh: Mesh, step: CallStep, id: string, files: Readonly<Record<string, string>>): Promise<readonly CallResult[]> {
  const change = step.meanwhile === undefined ? undefined : await mesh.world.fill(fileOf(files, step.meanwhile))
  const calls = Promise.all(Array.from({ length: step.times }, (_, n) => makeCall(mesh, step, `${id}-${n}`)))
  // They are with the proxies by now, waiting for whatever holds them up.
  await turns()
  if (change !== undefined) mesh.change(step.meanwhile ?? '', change)
  return runUntil(mesh.clock, calls, 'the call')
}

function fileOf(files: Readonly<Record<string, string>>, name: string): string {
  const text = files[name]
  if (text === undefined) throw new Error(`the scenario has no file ${name}`)
  return text
}

function metricsOf(mesh: Mesh): ScenarioResult['metrics'] {
  const found = new Map<string, { readonly type: string; readonly labels: readonly string[] }>()
  for (const { proxy } of mesh.sidecars.values()) {
    for (const { name, type, series } of proxy.stats.families.values()) {
      const [first] = series.values()
      if (!found.has(name)) found.set(name, { type, labels: first?.labels.map(([label]) => label) ?? [] })
    }
  }
  return found
}
