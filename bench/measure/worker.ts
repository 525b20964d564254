/** A measured part in a process of its own, so that neither its heap nor its compiled code is shared with what it is compared to. */
import { fork, type ChildProcess } from 'node:child_process'

/** A process that answers questions, one at a time. */
export interface Worker {
  ask(question: unknown): Promise<unknown>
  stop(): void
}

/** Longest time for one answer; the largest mesh takes about a minute to build on a busy machine. */
const ANSWER_MS = 300_000

/** Starts `file`, which answers through {@link answerQuestions}. @throws Error if the process ends or does not answer */
export function startWorker(file: string, args: readonly string[], nodeOptions: readonly string[] = []): Worker {
  const child: ChildProcess = fork(file, args, { execArgv: ['--conditions=@istio-ts/source', '--disable-warning=ExperimentalWarning', ...nodeOptions], stdio: ['ignore', 'inherit', 'inherit', 'ipc'], serialization: 'advanced' })
  return {
    ask: (question) => new Promise((resolve, reject) => {
      const timer = setTimeout(() => finish(() => reject(new Error(`${file} ${args.join(' ')} did not answer in ${ANSWER_MS / 1000} s`))), ANSWER_MS)
      const finish = (settle: () => void): void => {
        clearTimeout(timer)
        child.off('message', onMessage)
        child.off('exit', onExit)
        settle()
      }
      const onMessage = (answer: unknown): void => finish(() => resolve(answer))
      const onExit = (code: number | null): void => finish(() => reject(new Error(`${file} ${args.join(' ')} ended with ${code}`)))
      child.once('message', onMessage)
      child.once('exit', onExit)
      child.send(question as object)
    }),
    stop: () => void child.kill('SIGKILL'),
  }
}

/** The other side: answers each question. */
export function answerQuestions(answer: (question: unknown) => Promise<unknown>): void {
  process.on('message', (question) => {
    void answer(question).then((value) => process.send?.(value as object), (error: unknown) => {
      console.error(error)
      process.exit(1)
    })
  })
  process.on('disconnect', () => process.exit(0))
}
