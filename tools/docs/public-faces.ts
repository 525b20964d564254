/** The names that each face of each package exports, read from the sources: growth of the public interface is seen in review. */
import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import ts from 'typescript'
import { root } from './source.ts'

/** One door of a package. */
export interface Face {
  /** As in `exports` of the package file: `.`, `./node`. */
  readonly face: string
  /** Its source, relative to the package. */
  readonly file: string
}

/** The doors of a package, in the order of its package file. */
export function facesOf(name: string): readonly Face[] {
  const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')) as { readonly exports?: Readonly<Record<string, unknown>> }
  return Object.entries(manifest.exports ?? {}).flatMap(([face, target]) => {
    const file = typeof target === 'object' && target !== null ? Object.entries(target).find(([condition]) => condition === '@istio-ts/source')?.[1] : undefined
    return typeof file === 'string' ? [{ face, file }] : []
  })
}

/** Exported names of a module; types are marked, because they cost nothing at run time. Sorted. */
export const exportedNames = (file: string): readonly string[] => namesIn(file, readFileSync(file, 'utf8'))

/** Exported names of a module's text; `file` is where relative re-exports begin. @throws Error for `export *` from another package */
export function namesIn(file: string, text: string): readonly string[] {
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  return [...new Set(tree.statements.flatMap((statement) => namesOf(file, statement)))].sort((a, b) => (bare(a) < bare(b) ? -1 : 1))
}

const bare = (name: string): string => name.replace(/^type /, '')

function namesOf(file: string, statement: ts.Statement): readonly string[] {
  if (ts.isExportDeclaration(statement)) return reexported(file, statement)
  const isExported = ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true
  if (!isExported) return []
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.map(({ name }) => name.getText())
  if ((ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name) return [statement.name.text]
  return ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement) ? [`type ${statement.name.text}`] : []
}

function reexported(file: string, statement: ts.ExportDeclaration): readonly string[] {
  const clause = statement.exportClause
  const marked = (name: string, isType: boolean): string => (isType ? `type ${name}` : name)
  if (clause && ts.isNamedExports(clause)) return clause.elements.map((element) => marked(element.name.text, statement.isTypeOnly || element.isTypeOnly))
  if (clause) return [clause.name.text]
  const from = statement.moduleSpecifier
  if (!from || !ts.isStringLiteral(from) || !from.text.startsWith('.')) throw new Error(`${file}: export * from ${from?.getText() ?? ''} hides what is public`)
  return exportedNames(resolve(dirname(file), from.text))
}
