/** The status all of Istio's kinds share. */
import * as z from 'zod'
import { withFacts } from './crd-facts.ts'
import { list, message } from './message.ts'
import { enumeration, text, type Field } from './scalars.ts'

/** One condition of a resource, e.g. `Reconciled`. */
export interface IstioCondition {
  /** Name of the condition. */
  readonly type?: string
  /** `True`, `False` or `Unknown`. */
  readonly status?: string
  /** RFC 3339. */
  readonly lastProbeTime?: string
  /** RFC 3339. */
  readonly lastTransitionTime?: string
  /** One word why, for machines. */
  readonly reason?: string
  /** Why, for people. */
  readonly message?: string
  /** The generation of the resource that this condition speaks of; int64 as text or number. */
  readonly observedGeneration?: number | string
}

/** A finding of analysis about a resource. */
export interface ValidationMessage {
  readonly type?: { readonly name?: string; readonly code?: string }
  readonly level?: 'UNKNOWN' | 'ERROR' | 'WARNING' | 'INFO'
  readonly documentationUrl?: string
}

/** `status` of an Istio resource. */
export interface IstioStatus {
  readonly conditions?: readonly IstioCondition[]
  readonly validationMessages?: readonly ValidationMessage[]
  readonly observedGeneration?: number | string
}

/** int64 of protobuf JSON: a number or its text. */
export const intOrString = (): Field<number | string> =>
  withFacts(z.union([z.number(), z.string()]), { anyOf: [{ type: 'integer' }, { type: 'string' }], 'x-kubernetes-int-or-string': true })

const dateTime = (): Field<string> => withFacts(z.string(), { type: 'string', format: 'date-time' })

const condition = () =>
  message<IstioCondition>({
    lastProbeTime: dateTime(),
    lastTransitionTime: dateTime(),
    message: text(),
    observedGeneration: intOrString(),
    reason: text(),
    status: text(),
    type: text(),
  })

const validationMessage = () =>
  message<ValidationMessage>({
    documentationUrl: text(),
    level: enumeration(['UNKNOWN', 'ERROR', 'WARNING', 'INFO']),
    type: message({ code: text(), name: text() }),
  })

/** Schema of {@link IstioStatus}; the API server keeps unknown fields of it. */
export const istioStatus = (): Field<IstioStatus> =>
  withFacts(
    message<IstioStatus>({ conditions: list(condition()), observedGeneration: intOrString(), validationMessages: list(validationMessage()) }),
    { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  )
