/** `proxy-config log`: the log levels of a proxy, shown or changed. */
import type { CliContext } from '../../context.ts'
import { badLevel, levelWithReset, needsTarget, noAnswer } from '../../errors.ts'
import { ask } from '../../mesh/http-get.ts'
import type { ProxyConfigFlags } from './flags.ts'
import { adminOf } from './source.ts'

const LEVELS = ['trace', 'debug', 'info', 'warning', 'error', 'critical', 'off'] as const

/** Shows or changes levels. */
export async function log(target: string | undefined, flags: ProxyConfigFlags, context: CliContext): Promise<void> {
  if (target === undefined) throw needsTarget('log')
  if (flags.reset && flags.level !== undefined) throw levelWithReset()
  const queries = flags.reset ? ['level=warning'] : levelQueries(flags.level)
  const server = adminOf(target, flags, context)
  let shown = ''
  for (const query of queries.length === 0 ? [''] : queries) {
    const { status, body } = await ask(server, 'POST', `/logging${query === '' ? '' : `?${query}`}`)
    if (status !== 200) throw noAnswer(server.who, `127.0.0.1:${server.port}/logging`, `status ${status} ${body.trim()}`)
    shown = body
  }
  context.out(`${server.who}:\n${shown}`)
}

/** `info` for all, `http:debug,router=trace` for some; the level for all goes first, so that it does not undo the others. */
function levelQueries(levels: string | undefined): readonly string[] {
  if (levels === undefined) return []
  const queries = levels.split(',').map((entry) => {
    const [, logger = 'level', level = ''] = /^(?:.*::)?(?:([^:=]+)[:=])?([^:=]*)$/.exec(entry.trim()) ?? []
    return { logger, level: knownLevel(level, entry) }
  })
  return queries.sort((a, b) => Number(b.logger === 'level') - Number(a.logger === 'level')).map(({ logger, level }) => `${encodeURIComponent(logger)}=${level}`)
}

function knownLevel(level: string, entry: string): string {
  const name = level === 'warn' ? 'warning' : level
  if (!LEVELS.some((known) => known === name)) throw badLevel(level || entry, LEVELS)
  return name
}
