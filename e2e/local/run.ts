/** Programs that run to their end, and waiting for what must come. */
import { spawn } from 'node:child_process'

/** How a command ended. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end; stdin is empty. */
export function run(program: string, args: readonly string[], options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly timeoutMs?: number } = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: options.cwd, env: options.env ?? process.env, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`${program} ${args.slice(0, 6).join(' ')} took longer than ${options.timeoutMs} ms\n${stderr}`))
    }, options.timeoutMs ?? 20_000)
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code, stdout, stderr })
    })
  })
}

/** Asks again every 25 ms until true. @throws Error after `withinMs` */
export async function until(holds: () => Promise<boolean> | boolean, withinMs: number): Promise<number> {
  const begin = performance.now()
  for (;;) {
    if (await holds()) return performance.now() - begin
    if (performance.now() - begin > withinMs) throw new Error(`it did not hold within ${withinMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
