/** ReferenceGrant: which namespaces may refer to objects of this one. @see https://gateway-api.sigs.k8s.io/api-types/referencegrant */
import type * as z from 'zod'
import { AGE, gatewayApiKind, type GatewayApiKind } from '../kind.ts'
import { group, kind, namespace, objectName } from '../parts.ts'
import { atomic, object } from '../schema.ts'

const referenceGrantSpec = () =>
  object(
    {
      from: atomic(object({ group: group(), kind: kind(), namespace: namespace() }, { required: ['group', 'kind', 'namespace'] }), { minItems: 1, maxItems: 16 }),
      to: atomic(object({ group: group(), kind: kind(), name: objectName() }, { required: ['group', 'kind'] }), { minItems: 1, maxItems: 16 }),
    },
    { required: ['from', 'to'] },
  )

/** Spec of a ReferenceGrant. */
export interface ReferenceGrantSpec extends Readonly<z.infer<ReturnType<typeof referenceGrantSpec>>> {}

/** The kind `gateway.networking.k8s.io/v1/ReferenceGrant`; stored as v1beta1. */
export const ReferenceGrant: GatewayApiKind<ReferenceGrantSpec> = gatewayApiKind<ReferenceGrantSpec>({
  kind: 'ReferenceGrant',
  plural: 'referencegrants',
  shortNames: ['refgrant'],
  versions: ['v1', 'v1beta1'],
  storage: 'v1beta1',
  columns: [AGE],
  schema: referenceGrantSpec,
})
