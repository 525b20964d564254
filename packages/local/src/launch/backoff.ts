/** How long to wait before something that died is started again. */

/** 1 s, 2 s, 4 s, ... up to 30 s; a process that lived for a minute begins anew. */
export const restartDelayMs = (recentRestarts: number): number => Math.min(30_000, 1000 * 2 ** Math.min(recentRestarts, 10))

/** How long a process must live for its past restarts to be forgotten. */
export const STEADY_MS = 60_000
