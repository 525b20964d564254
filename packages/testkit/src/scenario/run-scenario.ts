/** Runs a scenario: a mesh as YAML, then calls and changes in order, each with what must be true of it. */
import type { Diagnostic } from '@istio-ts/foundation'
import { judge } from './judge.ts'
import { makeCall, type CallResult } from './make-call.ts'
import { startMesh, type Mesh } from './mesh/start-mesh.ts'
import { parseSteps, type CallStep, type Step } from './steps.ts'
import { runUntil, turns } from './world/virtual-time.ts'

/** A scenario as text. */
export interface Scenario {
  /** One LocalMesh and the resources of the mesh, as YAML documents. */
  readonly mesh: string
  /** The steps, as YAML; see {@link Step}. */
  readonly calls: string
  /** Files that steps apply, by name. */
  readonly files?: Readonly<Record<string, string>>
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
export async function runScenario(scenario: Scenario): Promise<ScenarioResult> {
  const steps = parseSteps(scenario.calls)
  const mesh = await startMesh('mesh.yaml', scenario.mesh)
  try {
    const calls: { step: CallStep; results: readonly CallResult[] }[] = []
    const problems: string[] = []
    for (const [i, step] of steps.entries()) {
      const results = await runStep(mesh, step, `${i + 1}`, scenario.files ?? {})
      if (step.kind !== 'call') continue
      calls.push({ step, results })
      problems.push(...judge(step, results).map((problem) => `step ${i + 1}: ${problem}`))
    }
    const faults = [...mesh.sidecars].flatMap(([key, { errors }]) => errors.map((error) => `${key}: ${error.code} ${error.message}`))
    return { problems: [...problems, ...faults], calls, diagnostics: mesh.diagnostics(), logs: new Map([...mesh.sidecars].map(([key, { log }]) => [key, log])), metrics: metricsOf(mesh) }
  } finally {
    await mesh.stop()
  }
}

/** Timers of a second and more fire one by one; what they cause may run in between. */
const WAIT_STEP_MS = 250

async function runStep(mesh: Mesh, step: Step, id: string, files: Readonly<Record<string, string>>): Promise<readonly CallResult[]> {
  switch (step.kind) {
    case 'apply':
      await mesh.apply(step.file, fileOf(files, step.file))
      return []
    case 'wait':
      for (let waited = 0; waited < step.ms; waited += WAIT_STEP_MS) {
        mesh.clock.advance(WAIT_STEP_MS)
        await turns()
      }
      return []
    case 'answers': {
      const program = mesh.programs.get(step.program.includes('/') ? step.program : `default/${step.program}`)
      if (!program) throw new Error(`step ${id}: there is no process ${step.program}`)
      program.answer(step.statuses)
      return []
    }
    case 'call': return step.meanwhile === undefined ? oneByOne(mesh, step, id) : together(mesh, step, id, fileOf(files, step.meanwhile))
  }
}

async function oneByOne(mesh: Mesh, step: CallStep, id: string): Promise<readonly CallResult[]> {
  const results: CallResult[] = []
  for (let n = 0; n < step.times; n++) results.push(await runUntil(mesh.clock, makeCall(mesh, step, `${id}-${n}`), `step ${id}`))
  return results
}

/** All requests at once, and the change while they are on their way. */
async function together(mesh: Mesh, step: CallStep, id: string, text: string): Promise<readonly CallResult[]> {
  const calls = Promise.all(Array.from({ length: step.times }, (_, n) => makeCall(mesh, step, `${id}-${n}`)))
  // They are with the proxies by now, waiting for whatever holds them up.
  await turns()
  mesh.change(step.meanwhile ?? '', text)
  return runUntil(mesh.clock, calls, `step ${id}`)
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
