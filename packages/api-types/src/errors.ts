/** Errors of api-types. */
import { formatDiagnostic, MeshError, type Diagnostic } from '@istio-ts/foundation'

/** Errors that api-types throws. */
export const apiErrors = {
  /** `parse` was given an object with errors. */
  invalidResource: (kind: string, errors: readonly Diagnostic[]): MeshError =>
    new MeshError({ code: 'MESH0190', message: `invalid ${kind}: ${errors.map(formatDiagnostic).join('; ')}`, remedy: 'Correct the object, or use safeParse to get the findings as data.' }),
} as const
