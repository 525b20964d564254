/** Our bugs and the world's failures; a user's mistakes are {@link Diagnostic}s instead. */

/** What an error carries besides its message. */
export interface MeshErrorInit {
  /** Stable code, `MESHxxxx`. */
  readonly code: string
  /** What is wrong and where. */
  readonly message: string
  /** What to do about it. */
  readonly remedy: string
  readonly cause?: unknown
}

/** An error with a stable code and a remedy. */
export class MeshError extends Error {
  override readonly name = 'MeshError'
  readonly code: string
  readonly remedy: string

  constructor(init: MeshErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause })
    this.code = init.code
    this.remedy = init.remedy
  }

  /** `MESH0001 message Remedy.` */
  override toString(): string {
    return `${this.code} ${this.message} ${this.remedy}`
  }
}

/** Proves to the compiler that a switch is exhaustive. @throws MeshError MESH0001 if it is not, at run time. */
export function assertNever(value: never): never {
  throw new MeshError({ code: 'MESH0001', message: `unexpected value ${JSON.stringify(value)}.`, remedy: 'This is a bug; please report it.' })
}
