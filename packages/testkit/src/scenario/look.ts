/** Looks at what the steps before left behind: requests, access logs, metrics, certificates. */
import { named } from './mesh/named.ts'
import type { Mesh } from './mesh/start-mesh.ts'
import type { Sidecar } from './mesh/sidecar.ts'
import type { Look } from './steps.ts'

/** What is not as expected. @throws Error if there is nobody of that name */
export function look(mesh: Mesh, step: Look): readonly string[] {
  switch (step.kind) {
    case 'asked': {
      const [least, most] = step.times
      const count = named(mesh.programs, step.program).asked()
      return count >= least && count <= most ? [] : [`${step.program} was asked ${count} times, not ${least} to ${most}`]
    }
    case 'log': {
      const { log } = named(mesh.sidecars, step.of)
      const count = log.filter((line) => line.includes(step.holds)).length
      return count === step.lines ? [] : [`the log of ${step.of} has ${count} lines with ${JSON.stringify(step.holds)}, not ${step.lines}:\n${log.join('\n')}`]
    }
    case 'metric': {
      const value = sumOf(named(mesh.sidecars, step.of), step.metric, step.labels)
      return value === step.is ? [] : [`${step.metric} of ${step.of} with ${JSON.stringify(step.labels)} is ${value}, not ${step.is}`]
    }
    case 'certificates': {
      const { certificates } = named(mesh.sidecars, step.of)
      return certificates === step.are ? [] : [`${step.of} has had ${certificates} certificates, not ${step.are}`]
    }
  }
}

function sumOf({ proxy }: Sidecar, metric: string, labels: Readonly<Record<string, string>>): number {
  const series = [...(proxy.stats.families.get(metric)?.series.values() ?? [])]
  const asked = series.filter((one) => Object.entries(labels).every(([name, value]) => one.labels.some(([label, is]) => label === name && is === value)))
  return asked.reduce((sum, { stat }) => sum + ('value' in stat ? stat.value : stat.count), 0)
}
