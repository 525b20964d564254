/** Flags of the demo. */
export interface DemoFlags {
  readonly filename: string
  readonly once?: boolean
  readonly output?: string
  readonly timeout: string
}
