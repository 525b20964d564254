/** Compares what was expected with what came: a list of sentences, empty when all is well. */
import type { CallResult } from './make-call.ts'
import type { CallStep, Expectation } from './steps.ts'

/** How far a share may be off: three standard deviations of 200 calls. */
const SHARE_TOLERANCE = 0.1

/** How a field is expected that must not be there, and one that must, whatever it says. */
const [ABSENT, PRESENT] = ['absent', 'present']

/** What is wrong with the calls of a step. */
export function judge(step: CallStep, results: readonly CallResult[]): readonly string[] {
  const { reached, ...each } = step.expect
  const one = reached === 'always the same' ? results[0]?.reached : reached
  const single: Expectation = typeof one === 'string' ? { ...each, reached: one } : each
  const problems = results.flatMap((result, i) => judgeOne(single, result).map((problem) => `${step.from} ${step.method} ${step.url}${results.length > 1 ? ` (call ${i + 1} of ${results.length})` : ''}: ${problem}`))
  return [...problems, ...(typeof reached === 'object' ? judgeShares(reached, results) : [])]
}

function judgeOne(expected: Expectation, result: CallResult): readonly string[] {
  const last = result.seen.at(-1)
  const same = (what: string, want: unknown, got: unknown): readonly string[] => (want === undefined || want === got ? [] : [`${what} is ${JSON.stringify(got)}, not ${JSON.stringify(want)} (body: ${JSON.stringify(result.body.slice(0, 120))})`])
  const field = (what: string, want: string, got: string | undefined): readonly string[] => (want === PRESENT && got !== undefined ? [] : same(what, want, got ?? ABSENT))
  const [least, most] = expected.tookMs ?? [0, Infinity]
  return [
    ...same('status', expected.status, result.status),
    ...same('reached', expected.reached, result.reached),
    ...same('caller', expected.caller, result.caller),
    ...same('attempts', expected.attempts, result.seen.length),
    ...same('gRPC status', expected.grpcStatus, result.headers['grpc-status'] === undefined ? undefined : Number(result.headers['grpc-status'])),
    ...same('certificate', expected.certificate, result.certificate),
    ...Object.entries(expected.headers ?? {}).flatMap(([name, value]) => field(`header ${name}`, value, result.headers[name])),
    ...same('method seen', expected.seen?.method, last?.method),
    ...same('path seen', expected.seen?.path, last?.path),
    ...same('protocol seen', expected.seen?.protocol, last?.protocol),
    ...same('server name seen', expected.seen?.serverName, last?.serverName),
    ...same('certificate seen', expected.seen?.certificate, last?.certificate),
    ...Object.entries(expected.seen?.headers ?? {}).flatMap(([name, value]) => field(`header ${name} seen`, value, last?.headers[name])),
    ...(expected.body === undefined || result.body.includes(expected.body) ? [] : [`the body does not hold ${JSON.stringify(expected.body)}: ${JSON.stringify(result.body)}`]),
    ...(expected.route === undefined || result.route.startsWith(expected.route) ? [] : [`route is from ${JSON.stringify(result.route)}, not ${JSON.stringify(expected.route)}`]),
    ...(result.tookMs >= least && result.tookMs <= most ? [] : [`it took ${result.tookMs} ms, not ${least} to ${most}`]),
  ]
}

function judgeShares(expected: Readonly<Record<string, number>>, results: readonly CallResult[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const { reached } of results) counts.set(reached, (counts.get(reached) ?? 0) + 1)
  const names = new Set([...Object.keys(expected), ...counts.keys()])
  return [...names].flatMap((name) => {
    const [want, got] = [expected[name] ?? 0, (counts.get(name) ?? 0) / results.length]
    // What is not expected at all must not come at all.
    return Math.abs(want - got) <= (want === 0 || want === 1 ? 0 : SHARE_TOLERANCE) ? [] : [`${name} got ${got} of ${results.length} calls, not ${want}`]
  })
}
