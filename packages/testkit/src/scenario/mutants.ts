/**
 * The counter-proof of a scenario: the lines at the head of `mesh.yaml` that say what must not be taken out.
 *
 * - `# red without VirtualService reviews, DestinationRule reviews` - each of them alone, wherever it is written;
 * - `# red with 'mode: PERMISSIVE' for 'mode: STRICT'` - a text of the mesh or of a file that is applied, everywhere.
 */
import type { Scenario } from './run-scenario.ts'

/** A scenario with something taken out, which therefore must not hold. */
export interface Mutant {
  /** The words of the line. */
  readonly name: string
  readonly scenario: Scenario
}

/** All mutants of a scenario. @throws Error for a line that is about nothing in it */
export const mutantsOf = (scenario: Scenario): readonly Mutant[] =>
  scenario.mesh.split('\n').filter((line) => line.startsWith('# red ')).flatMap((line) => {
    const swap = /^# red with '(.+)' for '(.+)'$/.exec(line)
    if (swap) return [{ name: line.slice(2), scenario: edited(scenario, line, (text) => text.split('\n').map((one) => (one.startsWith('#') ? one : one.replaceAll(swap[2] ?? '', swap[1] ?? ''))).join('\n')) }]
    const without = /^# red without (.+)$/.exec(line)
    if (!without) throw new Error(`nobody understands: ${line}`)
    return (without[1] ?? '').split(', ').map((resource) => ({ name: `red without ${resource}`, scenario: edited(scenario, resource, (text) => withoutResource(text, resource)) }))
  })

function edited(scenario: Scenario, what: string, edit: (text: string) => string): Scenario {
  const mesh = edit(scenario.mesh)
  const files = Object.fromEntries(Object.entries(scenario.files ?? {}).map(([name, text]) => [name, edit(text)]))
  const isSame = mesh === scenario.mesh && Object.entries(files).every(([name, text]) => text === scenario.files?.[name])
  if (isSame) throw new Error(`the scenario has nothing for: ${what}`)
  return { ...scenario, mesh, files }
}

function withoutResource(text: string, resource: string): string {
  const [kind = '', name = ''] = resource.split(' ')
  const isIt = (document: string): boolean => new RegExp(`^kind: ${kind}$`, 'm').test(document) && new RegExp(`^metadata: \\{.*\\bname: ${name}[,}]`, 'm').test(document)
  return text.split(/^---$/m).filter((document) => !isIt(document)).join('---')
}
