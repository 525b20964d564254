/** What goes wrong on the wire: errors of this folder, each with its code. */
import { MeshError } from '@istio-ts/foundation'

/** Bytes that are no message. @internal */
export const malformedBytes = (what: string, offset: number): MeshError =>
  new MeshError({ code: 'MESH0195', message: `malformed protobuf at byte ${offset}: ${what}.`, remedy: 'The peer sent something else than the message it announced; check both versions.' })

/** A value in memory that does not fit its message. @internal */
export const unencodable = (where: string, what: string): MeshError =>
  new MeshError({ code: 'MESH0196', message: `cannot encode ${where}: ${what}.`, remedy: 'Check values from outside with fromJson first; otherwise this is a bug, please report it.' })

/** A message or enum name that protos/ does not have. @internal */
export const unknownMessage = (name: string): MeshError =>
  new MeshError({ code: 'MESH0197', message: `no message is called ${name}.`, remedy: 'Ask hasMessage first, or add the message to protos/ and run node tools/codegen/generate.ts.' })
