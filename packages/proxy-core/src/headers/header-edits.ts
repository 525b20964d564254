/** Header changes of routes, virtual hosts and tables, compiled once. @see envoy HeaderValueOption */
import type { HeaderFields } from '../codec/codec.ts'
import { asciiLower } from '../match/string-matcher.ts'
import { noteBadField, type Report } from '../config/report.ts'
import type { HeaderValueOption } from '../config/wire.ts'
import { compileFormat, printFormat, type CompiledFormat, type FormatEnvironment } from '../access-log/format.ts'
import type { StreamInfo } from '../stream/stream-info.ts'

/** Compiled edits; applied removals first, then additions, as Envoy does. */
export interface HeaderEdits {
  readonly remove: readonly string[]
  readonly add: readonly HeaderAddition[]
}

/** One header to add; `format` when the value has command operators. */
export interface HeaderAddition {
  readonly name: string
  readonly value: string
  readonly format?: CompiledFormat
  readonly action: 'append' | 'if-absent' | 'overwrite' | 'overwrite-existing'
  readonly keepEmpty: boolean
}

/** Nothing to do; shared, so that it can be recognised. */
export const NO_EDITS: HeaderEdits = Object.freeze({ remove: Object.freeze([]), add: Object.freeze([]) })

/** Compiles the lists of one level. */
export function compileHeaderEdits(add: readonly HeaderValueOption[] | undefined, remove: readonly string[] | undefined, path: string, report: Report, environment: FormatEnvironment): HeaderEdits {
  if (!add?.length && !remove?.length) return NO_EDITS
  return {
    remove: (remove ?? []).map((name) => headerName(name)),
    add: (add ?? []).map((option, i) => compileAddition(option, `${path}[${i}]`, report, environment)),
  }
}

/** Applies edits to a head. */
export function applyHeaderEdits(edits: HeaderEdits, head: HeaderFields, info: StreamInfo): void {
  if (edits === NO_EDITS) return
  for (const name of edits.remove) head.remove(name)
  for (const addition of edits.add) {
    const value = addition.format ? printFormat(addition.format, info, '') : addition.value
    // Envoy leaves a header out whose value came out empty, unless it is told to keep it.
    if (value === '' && !addition.keepEmpty) continue
    switch (addition.action) {
      case 'append': head.append(addition.name, value); break
      case 'if-absent': if (!head.has(addition.name)) head.append(addition.name, value); break
      case 'overwrite': head.set(addition.name, value); break
      case 'overwrite-existing': if (head.has(addition.name)) head.set(addition.name, value); break
    }
  }
}

function compileAddition(option: HeaderValueOption, path: string, report: Report, environment: FormatEnvironment): HeaderAddition {
  const name = headerName(option.header?.key ?? '')
  const value = option.header?.value ?? (option.header?.rawValue ? latin1(option.header.rawValue) : '')
  if (name === '' || !/^:?[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name)) noteBadField(report, `${path}.header.key`, `${JSON.stringify(name)} is not a header name`)
  // A line break in a configured value would forge a second header line at the peer.
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\x00\r\n]/.test(value)) noteBadField(report, `${path}.header.value`, 'the value holds a control character')
  const format = value.includes('%') ? compileFormat(value, environment) : undefined
  if (format && format.unknown.length > 0) noteBadField(report, `${path}.header.value`, `unknown command ${format.unknown.join(', ')}`)
  return { name, value, ...(format ? { format } : {}), action: additionAction(option), keepEmpty: option.keepEmptyValue === true }
}

function additionAction(option: HeaderValueOption): HeaderAddition['action'] {
  if (option.append !== undefined) return option.append ? 'append' : 'overwrite'
  switch (option.appendAction) {
    case 'ADD_IF_ABSENT': return 'if-absent'
    case 'OVERWRITE_IF_EXISTS_OR_ADD': return 'overwrite'
    case 'OVERWRITE_IF_EXISTS': return 'overwrite-existing'
    default: return 'append'
  }
}

/** Lower case; `host` is the authority, as in Envoy. */
const headerName = (name: string): string => {
  const lower = asciiLower(name)
  return lower === 'host' ? ':authority' : lower
}

const latin1 = (bytes: Uint8Array): string => {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}
