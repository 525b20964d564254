/** Errors of making CRDs. */
import { MeshError } from '@istio-ts/foundation'

/** A schema was not made with the toolbox that keeps CRD facts beside it. */
export const schemaWithoutFacts = (): MeshError =>
  new MeshError({ code: 'MESH0191', message: 'a schema has no CRD facts.', remedy: 'This is a bug; please report it.' })
