/** GatewayClass: who implements the Gateways of a class. @see https://gateway-api.sigs.k8s.io/api-types/gatewayclass */
import type * as z from 'zod'
import { list, rule, text } from '../../istio/shared/schema/index.ts'
import { AGE, conditionColumn, gatewayApiKind, type GatewayApiKind } from '../kind.ts'
import { conditions, controllerName, objectReference, waitingConditions } from '../parts.ts'
import { also, filled, object } from '../schema.ts'

/** Schema of the spec; a controller's name cannot change, which needs the old object and is left to the API server. */
export const gatewayClassSpec = () =>
  object(
    {
      controllerName: controllerName([rule('Value is immutable', 'self == oldSelf', () => true)]),
      description: text({ maxLength: 64 }),
      parametersRef: objectReference(),
    },
    { required: ['controllerName'] },
  )

/** Features that an implementation says it has. */
export const supportedFeatures = () => list(object({ name: text() }, { required: ['name'] }), { maxItems: 64, mapKeys: ['name'] })

const gatewayClassStatus = () =>
  also(object({ conditions: filled(conditions(), waitingConditions('Accepted')), supportedFeatures: supportedFeatures() }), {
    default: { conditions: waitingConditions('Accepted') },
  })

/** Spec of a GatewayClass. */
export interface GatewayClassSpec extends Readonly<z.infer<ReturnType<typeof gatewayClassSpec>>> {}
/** Status of a GatewayClass. */
export interface GatewayClassStatus extends Readonly<z.infer<ReturnType<typeof gatewayClassStatus>>> {}

/** The kind `gateway.networking.k8s.io/v1/GatewayClass`. */
export const GatewayClass: GatewayApiKind<GatewayClassSpec, GatewayClassStatus> = gatewayApiKind<GatewayClassSpec, GatewayClassStatus>({
  kind: 'GatewayClass',
  plural: 'gatewayclasses',
  shortNames: ['gc'],
  scope: 'Cluster',
  versions: ['v1', 'v1beta1'],
  columns: [
    { name: 'Controller', type: 'string', jsonPath: '.spec.controllerName' },
    conditionColumn('Accepted'),
    AGE,
    { name: 'Description', type: 'string', jsonPath: '.spec.description', priority: 1 },
  ],
  schema: gatewayClassSpec,
  status: gatewayClassStatus,
})
