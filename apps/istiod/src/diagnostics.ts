/** Every diagnostic istiod makes itself; codes 0990-0999. */
import type { Diagnostic } from '@istio-ts/foundation'

/** The model or the translator failed for a class of proxies; they keep what they have. */
export const viewFailed = (viewKey: string, error: unknown): Diagnostic => ({
  code: 'MESH0990',
  severity: 'error',
  message: `Configuration for the proxies of ${shorten(viewKey)} could not be made: ${error instanceof Error ? error.message : String(error)}. They keep the last good one.`,
  remedy: 'This is a bug, please report it with the configuration; undo the last change to go on.',
})

/** A part of the model could not be computed; what depends on it keeps its last good value. */
export const derivationFailed = (node: string, key: string, error: Error): Diagnostic => ({
  code: 'MESH0992',
  severity: 'error',
  message: `${node} of ${shorten(key)} could not be computed: ${error.message} The last good value stays in use.`,
  remedy: 'This is a bug, please report it with the configuration; undo the last change to go on.',
})

/** A secret that a gateway names is not there or not usable. */
export const secretMissing = (name: string, reason: string, at: Pick<Diagnostic, 'resource' | 'path'>): Diagnostic => ({
  code: 'MESH0991',
  severity: 'error',
  ...at,
  message: `The secret ${name} cannot be served: ${reason}. Listeners that need it do not start.`,
  remedy: 'Create the Secret with tls.crt and tls.key (ca.crt for client certificates) in the namespace of the gateway.',
})

/** A kind that this control plane knows but does not act on. One per kind. */
export const unusedKind = (kind: string, count: number, at: Pick<Diagnostic, 'resource' | 'source'>): Diagnostic => ({
  code: 'MESH0993',
  severity: 'info',
  ...at,
  message: `The mesh does not act on ${kind}: ${count === 1 ? 'this one has' : `the ${count} of them have`} no effect here.`,
  remedy: 'Nothing to do, if they are meant for another system; see docs/features.md for what there is.',
})

/** The resources of the folder could not be put together. */
export const storeFailed = (error: unknown): Diagnostic => ({
  code: 'MESH0994',
  severity: 'error',
  message: `The last change of the configuration could not be taken: ${error instanceof Error ? error.message : String(error)}. What was in force stays.`,
  remedy: 'This is a bug, please report it with the configuration; undo the last change to go on.',
})

const shorten = (text: string): string => (text.length <= 120 ? text : `${text.slice(0, 117)}...`)
