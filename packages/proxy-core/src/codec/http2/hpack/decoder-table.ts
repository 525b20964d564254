/** The decoder's dynamic table (RFC 7541 2.3.2): a ring of strings, so that an indexed field costs an array read. */

/** Names and values with their sizes; the newest has index 0. */
export class DecoderTable {
  private names: string[] = []
  private values: string[] = []
  /** 1 if the field holds bytes that no field may hold: using it spoils the message, not the table. */
  private bad: boolean[] = []
  private capacity = 128
  private head = 0
  private size = 0
  private maxSize: number
  count = 0

  constructor(maxSize: number) {
    this.maxSize = maxSize
    this.capacity = Math.max(1, 2 ** Math.ceil(Math.log2(Math.max(1, maxSize / 32))))
  }

  name(index: number): string {
    return this.names[(this.head + index) & (this.capacity - 1)] ?? ''
  }

  value(index: number): string {
    return this.values[(this.head + index) & (this.capacity - 1)] ?? ''
  }

  isBad(index: number): boolean {
    return this.bad[(this.head + index) & (this.capacity - 1)] ?? false
  }

  insert(name: string, value: string, bad: boolean): void {
    const size = name.length + value.length + 32
    this.evict(this.maxSize - size)
    // RFC 7541 4.4: a field larger than the table empties it and is not stored.
    if (size > this.maxSize) return
    this.head = (this.head - 1) & (this.capacity - 1)
    this.names[this.head] = name
    this.values[this.head] = value
    this.bad[this.head] = bad
    this.size += size
    this.count++
  }

  /** A size update of the peer; the caller has checked it against what we allow. */
  resize(maxSize: number): void {
    this.maxSize = maxSize
    this.evict(maxSize)
  }

  private evict(limit: number): void {
    while (this.size > limit && this.count > 0) {
      const last = this.count - 1
      this.size -= this.name(last).length + this.value(last).length + 32
      this.count--
    }
  }
}
