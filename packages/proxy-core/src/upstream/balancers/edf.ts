/** Earliest deadline first: visits hosts in proportion to their weights, evenly spread. */

interface Entry<T> {
  readonly item: T
  deadline: number
  readonly order: number
}

/** A scheduler over a fixed set of items; `weight` is asked at each turn, so it may depend on load. */
export class EdfScheduler<T> {
  readonly #heap: Entry<T>[] = []
  readonly #weight: (item: T) => number

  /** @param random spreads the first turns, so that several proxies do not start with the same host */
  constructor(items: readonly T[], weight: (item: T) => number, random: () => number) {
    this.#weight = weight
    for (const [order, item] of items.entries()) this.#push({ item, deadline: random() / weight(item), order })
  }

  next(): T | undefined {
    const top = this.#heap[0]
    if (!top) return undefined
    top.deadline += 1 / this.#weight(top.item)
    this.#sink(0)
    return top.item
  }

  #push(entry: Entry<T>): void {
    const heap = this.#heap
    heap.push(entry)
    let i = heap.length - 1
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (!this.#before(i, parent)) break
      this.#swap(i, parent)
      i = parent
    }
  }

  #sink(start: number): void {
    const size = this.#heap.length
    let i = start
    for (;;) {
      const left = 2 * i + 1
      if (left >= size) return
      const child = left + 1 < size && this.#before(left + 1, left) ? left + 1 : left
      if (!this.#before(child, i)) return
      this.#swap(child, i)
      i = child
    }
  }

  #before(a: number, b: number): boolean {
    const x = this.#heap[a]
    const y = this.#heap[b]
    if (!x || !y) return false
    return x.deadline !== y.deadline ? x.deadline < y.deadline : x.order < y.order
  }

  #swap(a: number, b: number): void {
    const x = this.#heap[a]
    const y = this.#heap[b]
    if (!x || !y) return
    this.#heap[a] = y
    this.#heap[b] = x
  }
}
