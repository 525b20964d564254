/** Grammar of chunk extensions (RFC 9112 7.1.1): read to be dropped, but strictly, so that nobody behind us can read them otherwise. */
import { TOKEN, VALUE } from '../bytes/byte-classes.ts'

const QUOTE = 0x22
const SEMICOLON = 0x3b
const EQUALS = 0x3d
const BACKSLASH = 0x5c

/** States: what has just been read. `REFUSED` is final. */
export const AFTER_SEMICOLON = 0
const NAME = 1
const AFTER_EQUALS = 2
const WORD = 3
const QUOTED = 4
const ESCAPED = 5
const AFTER_QUOTE = 6
export const REFUSED = 7

/** The state after `byte`. */
export function extensionStep(state: number, byte: number): number {
  switch (state) {
    case AFTER_SEMICOLON:
      return TOKEN[byte] === 1 ? NAME : REFUSED
    case NAME:
      return TOKEN[byte] === 1 ? NAME : byte === EQUALS ? AFTER_EQUALS : separator(byte)
    case AFTER_EQUALS:
      return TOKEN[byte] === 1 ? WORD : byte === QUOTE ? QUOTED : REFUSED
    case WORD:
      return TOKEN[byte] === 1 ? WORD : separator(byte)
    case QUOTED:
      return byte === QUOTE ? AFTER_QUOTE : byte === BACKSLASH ? ESCAPED : text(byte)
    case ESCAPED:
      return text(byte)
    case AFTER_QUOTE:
      return separator(byte)
    default:
      return REFUSED
  }
}

const separator = (byte: number): number => (byte === SEMICOLON ? AFTER_SEMICOLON : REFUSED)
const text = (byte: number): number => (VALUE[byte] === 1 ? QUOTED : REFUSED)

/** True if the line may end in this state. */
export const mayEndExtension = (state: number): boolean => state === NAME || state === WORD || state === AFTER_QUOTE
