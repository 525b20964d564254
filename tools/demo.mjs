// `npm run demo [-- --once -o json]`: the bookshop on this machine.
import { spawn } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const child = spawn(process.execPath, [join(root, 'apps/cli/bin/istioctl.js'), 'local', 'demo', '-f', join(root, 'samples/bookshop'), ...process.argv.slice(2)], { stdio: 'inherit' })
process.on('SIGINT', () => {}) // the terminal tells the child as well; it stops everything, and then we end
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', (code) => process.exit(code ?? 1))
