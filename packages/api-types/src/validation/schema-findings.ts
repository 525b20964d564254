/** What a schema finds, in the words of the Kubernetes API server. @see https://github.com/kubernetes/apiextensions-apiserver */
import { formatJsonPath, type JsonPath } from '@istio-ts/foundation'
import type * as z from 'zod'
import { apiDiagnostics as found, type Finding } from '../diagnostics.ts'
import { CEL } from '../istio/shared/schema/cel.ts'
import { INTEGER } from '../istio/shared/schema/scalars.ts'
import { DUPLICATE, ONE_OF, STRUCT, TOO_MANY_ENTRIES } from '../istio/shared/schema/message.ts'
import type { LocatedFinding } from './findings.ts'
import { isRecord } from './is-record.ts'
import { valueAt } from './value-at.ts'

type Issue = z.core.$ZodIssue

/** The issues of a schema as findings. @param root the value that was checked, which stands at `base` */
export function schemaFindings(issues: readonly Issue[], root: unknown, base: JsonPath): readonly LocatedFinding[] {
  return issues.map((issue) => {
    const steps = issue.path.map((step) => (typeof step === 'number' ? step : String(step)))
    const path = [...base, ...steps]
    return { path, finding: toFinding(issue, formatJsonPath(path), valueAt(root, steps)) }
  })
}

function toFinding(issue: Issue, path: string, value: unknown): Finding {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue.message === INTEGER ? INTEGER : issue.expected, path, value)
    case 'invalid_value':
      return typeof value === 'string'
        ? found.schema(`Unsupported value: ${JSON.stringify(value)}: supported values: ${issue.values.map((known) => JSON.stringify(known)).join(', ')}`, 'Use one of these values.')
        : wrongType('string', path, value)
    case 'too_small':
      return outOfBounds(path, value, issue.origin === 'string' ? `at least ${issue.minimum} chars long` : issue.origin === 'array' ? `have at least ${issue.minimum} items` : `greater than or equal to ${issue.minimum}`)
    case 'too_big':
      return outOfBounds(path, value, issue.origin === 'string' ? `at most ${issue.maximum} chars long` : issue.origin === 'array' ? `have at most ${issue.maximum} items` : `less than or equal to ${issue.maximum}`)
    case 'invalid_format':
      return found.schema(`Invalid value: ${shown(value)}: ${path} in body should match '${'pattern' in issue ? String(issue.pattern).replace(/^\/|\/$/g, '') : issue.format}'`, 'Write the value in the form of the pattern.')
    case 'custom':
      return customFinding(issue, path, value)
    default:
      return found.schema(`Invalid value: ${shown(value)}: ${issue.message}`)
  }
}

function wrongType(expected: string, path: string, value: unknown): Finding {
  if (value === undefined) return found.schema(`Required value`, 'Add the field.')
  const wanted = expected === 'int' ? INTEGER : expected === 'record' ? 'object' : expected
  return found.schema(`Invalid value: "${typeWord(value)}": ${path} in body must be of type ${wanted}: "${typeWord(value)}"`, `Write ${/^[aio]/.test(wanted) ? 'an' : 'a'} ${wanted}.`)
}

const outOfBounds = (path: string, value: unknown, bound: string): Finding =>
  found.schema(`Invalid value: ${shown(value)}: ${path} in body should ${bound.startsWith('have') ? bound : `be ${bound}`}`, 'Choose a value within the limit.')

function customFinding(issue: z.core.$ZodIssueCustom, path: string, value: unknown): Finding {
  switch (issue.params?.['by']) {
    case CEL:
      return found.celRule(`Invalid value: "${typeWord(value)}": ${issue.message}`)
    case ONE_OF: {
      const set = listOf(issue.params['set'])
      return found.schema(`Invalid value: "object": ${path} in body must validate one and only one schema (oneOf). Found ${set.length} valid alternatives: ${set.join(', ')}`, 'Keep one of these fields.')
    }
    case DUPLICATE:
      return found.schema(`Duplicate value: ${issue.message}`, 'Remove one of them.')
    case TOO_MANY_ENTRIES:
      return found.schema(`Too many: ${issue.message}`, 'Remove some.')
    case STRUCT:
      return isRecord(value) ? found.schema(`Invalid value: "object": nested deeper than 100 levels`, 'Nest less deeply.') : wrongType('object', path, value)
    default:
      return found.schema(`Invalid value: ${shown(value)}: ${issue.message}`)
  }
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** A value as messages show it: short ones whole, others by type. */
const shown = (value: unknown): string => (typeof value === 'string' && value.length <= 100 ? JSON.stringify(value) : typeof value === 'number' || typeof value === 'boolean' ? String(value) : `"${typeWord(value)}"`)

function typeWord(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value === 'number' ? (Number.isInteger(value) ? 'integer' : 'number') : typeof value
}
