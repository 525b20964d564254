/** The nodes that wait to be settled, lowest rank first (a binary heap). */

/** Something with a place in the order of settling. */
export interface Ranked {
  readonly rank: number
}

/** A set of nodes that gives back the one with the lowest rank. */
export class RankQueue<N extends Ranked> {
  readonly #heap: N[] = []

  /** Adds a node; adding it again before it was taken does nothing. */
  add(node: N): void {
    const heap = this.#heap
    if (heap.includes(node)) return
    let at = heap.push(node) - 1
    while (at > 0) {
      const up = (at - 1) >> 1
      if (rankAt(heap, up) <= node.rank) break
      swap(heap, at, up)
      at = up
    }
  }

  /** Takes the node with the lowest rank; undefined when there is none. */
  take(): N | undefined {
    const heap = this.#heap
    const first = heap[0]
    if (first === undefined) return undefined
    const last = heap.pop()
    if (heap.length > 0 && last !== undefined) {
      heap[0] = last
      sink(heap)
    }
    return first
  }
}

function sink<N extends Ranked>(heap: N[]): void {
  for (let at = 0; ;) {
    const left = 2 * at + 1
    const least = [left, left + 1].reduce((best, child) => (rankAt(heap, child) < rankAt(heap, best) ? child : best), at)
    if (least === at) return
    swap(heap, at, least)
    at = least
  }
}

const rankAt = (heap: readonly Ranked[], at: number): number => heap[at]?.rank ?? Infinity

function swap<N>(heap: N[], a: number, b: number): void {
  const [x, y] = [heap[a], heap[b]]
  if (x === undefined || y === undefined) return
  heap[a] = y
  heap[b] = x
}
