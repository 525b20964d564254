/** `docs/errors.md`: every code, what it says and what to do. */
import { codeUses, type CodeUse } from './error-codes.ts'
import { cell, table } from './source.ts'

const SEVERITY: Readonly<Record<CodeUse['severity'], string>> = { error: 'error', warning: 'warning', info: 'info', fatal: 'thrown' }

/** The page. */
export function errorsPage(): string {
  const byCode = Map.groupBy(codeUses(), ({ code }) => code)
  const codes = [...byCode].sort(([a], [b]) => (a < b ? -1 : 1))
  const ours = codes.filter(([code]) => code.startsWith('MESH'))
  const homes = Map.groupBy(ours, ([, uses]) => uses[0]?.home ?? '')
  return `# Errors and findings

Every code that istio-ts prints. \`error\`, \`warning\` and \`info\` are findings about what somebody wrote: the mesh goes on with what it had.
\`thrown\` ends what was being done. Words in \`<...>\` are filled in. A code never changes its meaning; codes \`ISTxxxx\` are Istio's own, with Istio's meaning.

## Istio's codes

${section(codes.filter(([code]) => code.startsWith('IST')))}

${[...homes].map(([home, list]) => `## ${home.slice(home.indexOf('/') + 1)}\n\n${section(list)}\n`).join('\n')}`
}

function section(codes: readonly (readonly [string, readonly CodeUse[]])[]): string {
  return table(['code', 'severity', 'what is wrong, and what was done', 'what to do', 'where'], codes.map(([code, uses]) => [
    `<a id="${code.toLowerCase()}"></a>${code}`,
    distinct(uses.map(({ severity }) => SEVERITY[severity])).join(', '),
    distinct(uses.map(({ message }) => cell(message.replace(`${code}: `, '')))).join('<br>'),
    distinct(uses.map(({ remedy }) => cell(remedy))).join('<br>'),
    distinct(uses.map(({ file }) => `[${file.split('/').at(-1)}](../${file})`)).join('<br>'),
  ]))
}

const distinct = (texts: readonly string[]): readonly string[] => [...new Set(texts)]
