/** A mapping of YAML that must be used up: what nobody asked for is a mistake of the writer. */

/** The values of one mapping, each read as the type it must have. @throws Error that names the mapping and the key */
export class Fields {
  readonly #values: ReadonlyMap<string, unknown>
  readonly #where: string
  readonly #read = new Set<string>()

  constructor(value: unknown, where: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${where} is not a mapping`)
    this.#values = new Map(Object.entries(value))
    this.#where = where
  }

  has(key: string): boolean {
    return this.#values.has(key)
  }

  oneOf<T>(key: string, read: (value: unknown) => T | undefined): T | undefined {
    this.#read.add(key)
    const value = this.#values.get(key)
    if (value === undefined) return undefined
    const result = read(value)
    if (result === undefined) throw new Error(`${this.#where}: ${key} cannot be ${JSON.stringify(value)}`)
    return result
  }

  text(key: string): string | undefined {
    return this.oneOf(key, (value) => (typeof value === 'string' ? value : undefined))
  }

  flag(key: string): boolean {
    return this.oneOf(key, (value) => (typeof value === 'boolean' ? value : undefined)) ?? false
  }

  number(key: string): number | undefined {
    return this.oneOf(key, (value) => (typeof value === 'number' ? value : undefined))
  }

  numbers(key: string): readonly number[] | undefined {
    return this.oneOf(key, (value) => (Array.isArray(value) && value.every((one) => typeof one === 'number') ? value : undefined))
  }

  texts(key: string): Readonly<Record<string, string>> | undefined {
    return this.oneOf(key, (value) => {
      if (typeof value !== 'object' || value === null || Object.values(value).some((one) => typeof one !== 'string')) return undefined
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, String(one)]))
    })
  }

  fields(key: string): Fields | undefined {
    return this.oneOf(key, (value) => new Fields(value, `${this.#where}: ${key}`))
  }

  /** The result, if all was read. @throws Error for a key that nobody asked for */
  done<T>(result: T): T {
    const unknown = [...this.#values.keys()].filter((key) => !this.#read.has(key))
    if (unknown.length > 0) throw new Error(`${this.#where}: nobody knows ${unknown.join(', ')}`)
    return result
  }
}
