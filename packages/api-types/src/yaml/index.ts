/** YAML and JSON text to resources, with the place of every value. */
export { loadText, type DocumentIdentity, type LoadedDocument, type LoadOptions, type ParsedObject } from './load-text.ts'
export { parseObject } from './parse-object.ts'
export { DEFAULT_LIMITS, type LoadLimits } from './limits.ts'
export { resolveScalar, type Scalar } from './scalar.ts'
export { parseValues, type ParsedValue, type SyntaxProblem } from './parse-values.ts'
export { positionedValue, sourceDocument } from './positions.ts'
export { splitDocuments, type DocumentText } from './split-documents.ts'
export { duplicateResource, unreadableFile } from './diagnostics.ts'
