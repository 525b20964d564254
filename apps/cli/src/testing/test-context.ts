/** A context for specs: no mesh, no variables, nothing printed. */
import type { CliContext } from '../context.ts'

/** What is not named in `own` is empty. */
export const testContext = (own: Partial<CliContext> = {}): CliContext => ({
  cwd: '/', home: '/nonexistent', xdgStateHome: undefined, env: {}, node: '', cliBin: '', istiodBin: '', proxyBin: '', columns: undefined, keepGoing: () => {}, out: () => {}, err: () => {}, ...own,
})
