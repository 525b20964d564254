/**
 * The schema toolbox: a kind is an interface, a zod schema made of these pieces, and rules; the CRD is read off the same schema.
 * Field descriptions for CRDs and editors are the docstrings of the interfaces.
 */
export { atMostOne, CEL, has, rule, type CelRule } from './cel.ts'
export { coreOf, crdSchemaOf, factsOf, withFacts, type CrdFacts, type CrdRule, type CrdSchema } from './crd-facts.ts'
export { AGE, defineKind, type IstioKind, type KindDefinition } from './define-kind.ts'
export { defaulted, DUPLICATE, list, map, message, ONE_OF, STRUCT, struct, TOO_MANY_ENTRIES, type Shape } from './message.ts'
export { once } from '../../../once.ts'
export { bool, bytes, double, duration, enumeration, int32, nullable, plainDuration, plainInteger, portNumber, text, uint32, uint64, type Field } from './scalars.ts'
export { intOrString, istioStatus, type IstioCondition, type IstioStatus, type ValidationMessage } from './status.ts'
export { unknownFields, type UnknownField } from './unknown-fields.ts'
