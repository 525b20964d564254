/** One file's text to lines that say what is wrong and where. */
import { loadText, parseObject, type LoadOptions } from '@istio-ts/api-types/yaml'
import { DEFAULT_CLUSTER, formatLocation, type Diagnostic } from '@istio-ts/foundation'
import { conventionFindings } from './conventions.ts'

/** What was found in a file. */
export interface FileFindings {
  readonly file: string
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
}

/** Checks every document. Objects of other projects are not looked at, as in istioctl. */
export function checkText(file: string, text: string): FileFindings {
  const documents = loadText(text, { file: file === '-' ? 'stdin' : file, cluster: DEFAULT_CLUSTER, parse: check })
  const found = documents.flatMap(({ diagnostics }) => diagnostics)
  const lines = (severity: Diagnostic['severity']): readonly string[] => found.filter((diagnostic) => diagnostic.severity === severity).map(line)
  return { file, errors: lines('error'), warnings: lines('warning') }
}

/** An object without apiVersion or kind: other programs' files stand beside, and are none of our business; a text or a list is not even that. */
const NOT_A_RESOURCE = 'MESH0203'

/** Nothing that was parsed is kept, which spares the garbage collector more than half of its work. */
const check: LoadOptions['parse'] = (object, source, cluster) => ({
  diagnostics: [...parseObject(object, source, cluster, { freeze: false }).diagnostics.filter(({ code }) => code !== NOT_A_RESOURCE), ...conventionFindings(object, source)],
})

/** `file:line:column: Kind/namespace/name: path: message remedy [code]`. */
function line({ code, source, resource, path, message, remedy }: Diagnostic): string {
  const where = source ? `${formatLocation(source)}: ` : ''
  const who = resource ? `${resource.kind}/${resource.namespace}/${resource.name}: ` : ''
  return `${where}${who}${path ? `${path}: ` : ''}${message} ${remedy} [${code}]`
}
