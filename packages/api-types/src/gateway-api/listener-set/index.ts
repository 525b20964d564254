/** ListenerSet: more listeners for a Gateway, written by others than its owner. @see https://gateway-api.sigs.k8s.io/geps/gep-1713 */
import type * as z from 'zod'
import { AGE, conditionColumn, gatewayApiKind, type GatewayApiKind } from '../kind.ts'
import { listeners, listenerStatuses, uniqueListenerWithPort } from '../listener.ts'
import { conditions, group, kind, namespace, objectName, waitingConditions } from '../parts.ts'
import { also, filled, object } from '../schema.ts'

const parent = () =>
  object(
    { group: filled(group(), 'gateway.networking.k8s.io'), kind: filled(kind(), 'Gateway'), name: objectName(), namespace: namespace() },
    { required: ['name'] },
  )

const listenerSetSpec = () => object({ listeners: listeners(uniqueListenerWithPort), parentRef: parent() }, { required: ['listeners', 'parentRef'] })

const listenerSetStatus = () =>
  also(object({ conditions: filled(conditions(), waitingConditions('Accepted', 'Programmed')), listeners: listenerStatuses() }), {
    default: { conditions: waitingConditions('Accepted', 'Programmed') },
  })

/** Spec of a ListenerSet. */
export interface ListenerSetSpec extends Readonly<z.infer<ReturnType<typeof listenerSetSpec>>> {}
/** Status of a ListenerSet. */
export interface ListenerSetStatus extends Readonly<z.infer<ReturnType<typeof listenerSetStatus>>> {}

/** The kind `gateway.networking.k8s.io/v1/ListenerSet`. */
export const ListenerSet: GatewayApiKind<ListenerSetSpec, ListenerSetStatus> = gatewayApiKind<ListenerSetSpec, ListenerSetStatus>({
  kind: 'ListenerSet',
  plural: 'listenersets',
  shortNames: ['lset'],
  versions: ['v1'],
  columns: [conditionColumn('Accepted'), conditionColumn('Programmed'), AGE],
  schema: listenerSetSpec,
  status: listenerSetStatus,
})
