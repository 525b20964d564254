/** JSON values as YAML in the form of Go's sigs.k8s.io/yaml: sorted keys, lists not indented, texts quoted only where they must be. */
import { isFields } from '../dump/json-value.ts'

/** Formats a JSON value; ends with a line end. */
export function formatYaml(value: unknown): string {
  return `${blockOf(value, 0)}\n`
}

function blockOf(value: unknown, indent: number): string {
  if (Array.isArray(value)) return value.length === 0 ? '[]' : value.map((item: unknown) => `${pad(indent)}- ${itemOf(item, indent + 2)}`).join('\n')
  if (isFields(value)) {
    const names = Object.keys(value).sort()
    return names.length === 0 ? '{}' : names.map((name) => `${pad(indent)}${entryOf(name, value[name], indent)}`).join('\n')
  }
  return scalarOf(value, indent)
}

function entryOf(name: string, value: unknown, indent: number): string {
  const key = scalarOf(name, indent)
  if (Array.isArray(value) && value.length > 0) return `${key}:\n${blockOf(value, indent)}`
  if (isFields(value) && Object.keys(value).length > 0) return `${key}:\n${blockOf(value, indent + 2)}`
  return `${key}: ${Array.isArray(value) || isFields(value) ? blockOf(value, 0) : scalarOf(value, indent + 2, true)}`
}

/** An item stands on the line of its dash; what follows is indented below it. */
const itemOf = (value: unknown, indent: number): string => (Array.isArray(value) || isFields(value) ? blockOf(value, indent).slice(isEmpty(value) ? 0 : indent) : scalarOf(value, indent, true))

const isEmpty = (value: unknown): boolean => (Array.isArray(value) ? value.length === 0 : isFields(value) && Object.keys(value).length === 0)

const pad = (indent: number): string => ' '.repeat(indent)

function scalarOf(value: unknown, indent: number, mayBeBlock = false): string {
  if (typeof value !== 'string') return value === undefined ? 'null' : (JSON.stringify(value) ?? 'null')
  if (mayBeBlock && /^\S.*\n/.test(value) && isPlainText(value)) return literal(value, indent)
  if (looksLikeAnotherType(value) || !isPlainText(value.replaceAll('\n', '')) || value.includes('\n')) return JSON.stringify(value)
  return needsQuotes(value) ? `'${value.replaceAll("'", "''")}'` : value
}

/** Printable text and line ends: what may stand unescaped. */
const isPlainText = (text: string): boolean => /^[\x20-\x7e\n\u00a0-\u2027\u2030-\ud7ff\ue000-\ufefe\uff00-\ufffd]*$/.test(text)

/** A text that a YAML 1.1 reader would take for a number, a boolean, null or a time. */
const looksLikeAnotherType = (text: string): boolean =>
  /^(?:~|null|Null|NULL|true|True|TRUE|false|False|FALSE|y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF|<<|=)?$/.test(text) ||
  /^[-+]?(?:0b[01_]+|0x[\da-fA-F_]+|0o?[0-7_]+|[\d][\d_]*(?::[0-5]?\d)*(?:\.[\d_]*)?(?:[eE][-+]?\d+)?|\.[\d_]+(?:[eE][-+]?\d+)?|\.(?:inf|Inf|INF))$/.test(text) || /^\.(?:nan|NaN|NAN)$/.test(text) ||
  /^\d{4}-\d{1,2}-\d{1,2}(?:[Tt ]|$)/.test(text)

/** A text whose plain form would mean something else. */
const needsQuotes = (text: string): boolean => /^[\s,[\]{}#&*!|>'"%@`]|^[-?:](?:\s|$)|^(?:---|\.\.\.)|: |:$| #|\s$/.test(text)

function literal(text: string, indent: number): string {
  const end = text.endsWith('\n\n') || text === '\n' ? '+' : text.endsWith('\n') ? '' : '-'
  const lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')
  return `|${end}\n${lines.map((line) => (line === '' ? '' : `${pad(indent)}${line}`)).join('\n')}`
}
