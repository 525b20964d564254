/** Looks at what the steps before left behind: requests, access logs, metrics, certificates. */
import type { Mesh } from './mesh/start-mesh.ts'
import type { Sidecar } from './mesh/sidecar.ts'
import type { Look } from './steps.ts'

/** What is not as expected. @throws Error if there is nobody of that name */
export function look(mesh: Mesh, step: Look): readonly string[] {
  switch (step.kind) {
    case 'asked': {
      const [least, most] = step.times
      const count = mesh.asked(step.program)
      return count >= least && count <= most ? [] : [`${step.program} was asked ${count} times, not ${least} to ${most}`]
    }
    case 'log': {
      const { log } = sidecarOf(mesh, step.of)
      const count = log.filter((line) => line.includes(step.holds)).length
      return count === step.lines ? [] : [`the log of ${step.of} has ${count} lines with ${JSON.stringify(step.holds)}, not ${step.lines}:\n${log.join('\n')}`]
    }
    case 'metric': {
      const value = sumOf(sidecarOf(mesh, step.of), step.metric, step.labels)
      return value === step.is ? [] : [`${step.metric} of ${step.of} with ${JSON.stringify(step.labels)} is ${value}, not ${step.is}`]
    }
    case 'certificates': {
      const { certificates } = sidecarOf(mesh, step.of)
      return certificates === step.are ? [] : [`${step.of} has had ${certificates} certificates, not ${step.are}`]
    }
  }
}

/** `name[.namespace]` as a key of the mesh. */
export function keyOf(name: string): string {
  const [workload = '', namespace = 'default'] = name.split('.')
  return `${namespace}/${workload}`
}

function sidecarOf(mesh: Mesh, name: string): Sidecar {
  const sidecar = mesh.sidecars.get(keyOf(name))
  if (!sidecar) throw new Error(`nobody is called ${name}; there are ${[...mesh.sidecars.keys()].join(', ')}`)
  return sidecar
}

function sumOf({ proxy }: Sidecar, metric: string, labels: Readonly<Record<string, string>>): number {
  const series = [...(proxy.stats.families.get(metric)?.series.values() ?? [])]
  const asked = series.filter((one) => Object.entries(labels).every(([name, value]) => one.labels.some(([label, is]) => label === name && is === value)))
  return asked.reduce((sum, { stat }) => sum + ('value' in stat ? stat.value : stat.count), 0)
}
