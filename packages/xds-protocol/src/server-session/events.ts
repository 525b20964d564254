/** What happens to a server session, and what it wants done. */
import type { DeltaRequest, SotwRequest } from '../wire/discovery-requests.ts'
import type { OutgoingResponse } from '../wire/discovery-responses.ts'
import { nameSets, type ShareNames } from '../subscription/name-sets.ts'
import { sliceDiff, type SliceDiff } from '../snapshot/diff-slices.ts'
import { emptySlice, type Snapshot, type TypeSlice } from '../snapshot/snapshot.ts'
import { rememberedMending, type mended } from './mending.ts'
import type { RefusedConfig } from './state.ts'

/** An event of a stream. */
export type ServerEvent =
  | { readonly kind: 'delta-request'; readonly request: DeltaRequest }
  | { readonly kind: 'sotw-request'; readonly request: SotwRequest }
  /** A newer state of the world; the one before, sent or not, is forgotten. */
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly kind: 'writable'; readonly writable: boolean }
  /** A timer asked for by {@link GraceEffect} fired. */
  | { readonly kind: 'grace-over'; readonly grace: number }

/** Sends a response. */
export interface SendEffect {
  readonly kind: 'send'
  readonly response: OutgoingResponse
}

/** The client accepted a response. */
export interface AcceptedEffect {
  readonly kind: 'accepted'
  readonly typeUrl: string
  readonly nonce: string
}

/** The client refused a response: it keeps what it had, and what it refused is not sent again until it changes. */
export interface RejectedEffect {
  readonly kind: 'rejected'
  readonly typeUrl: string
  readonly nonce: string
  /** What is refused since now; empty while the culprit is still looked for. */
  readonly refused: readonly RefusedConfig[]
  readonly detail: string
}

/**
 * Asks for a `grace-over` event later: how long listeners wait for the endpoints of new clusters. Bounded, because a client may
 * never ask for them.
 */
export interface GraceEffect {
  readonly kind: 'grace'
  readonly grace: number
}

/** What a step wants done, in this order. */
export type ServerEffect = SendEffect | AcceptedEffect | RejectedEffect | GraceEffect

/** What a step needs besides state and event. */
export interface StepContext {
  readonly diff: SliceDiff
  /** The slice of a type with nothing in it: one object per type, so that comparisons with it are remembered too. */
  readonly empty: (typeUrl: string) => TypeSlice
  readonly shareNames: ShareNames
  readonly mend: typeof mended
}

/** Makes a context; one per server, shared by its sessions. */
export function stepContext(): StepContext {
  const empties = new Map<string, TypeSlice>()
  return {
    diff: sliceDiff(),
    shareNames: nameSets(),
    mend: rememberedMending(),
    empty(typeUrl) {
      const known = empties.get(typeUrl) ?? emptySlice(typeUrl)
      // Type names come from clients: beyond a few they are not worth remembering.
      if (empties.size < 64) empties.set(typeUrl, known)
      return known
    },
  }
}
