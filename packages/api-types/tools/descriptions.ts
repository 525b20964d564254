/** Adds descriptions to a schema: the docstrings of the TypeScript interfaces that users of the library see. */
import { join } from 'node:path'
import ts from 'typescript'
import type { CrdSchema } from '../src/istio/shared/schema/index.ts'

/** A schema whose fields say what they are. */
export interface DescribedSchema extends Omit<CrdSchema, 'properties' | 'items' | 'additionalProperties'> {
  readonly description?: string
  readonly properties?: Readonly<Record<string, DescribedSchema>>
  readonly items?: DescribedSchema
  readonly additionalProperties?: DescribedSchema
}

/** Which type parameter of the kind's constant describes the schema. */
export type Part = 'spec' | 'status'

/** What the sources say of Istio's kinds. */
export interface Descriptions {
  /** The schema with the docstrings of its interface. */
  readonly describe: (kind: string, part: Part, schema: CrdSchema) => DescribedSchema
  /** What the kind is for: the first sentence of its file. */
  readonly purposeOf: (kind: string) => string | undefined
}

const MODULES = ['src/istio/index.ts', 'src/istio/networking/index.ts']

/** Reads the interfaces. @param root folder of the package */
export function readDescriptions(root: string): Descriptions {
  const files = MODULES.map((file) => join(root, file))
  const program = ts.createProgram(files, {
    target: ts.ScriptTarget.ES2024,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true,
    noEmit: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    customConditions: ['@istio-ts/source'],
    types: [],
  })
  const checker = program.getTypeChecker()
  const constants = new Map(files.flatMap((file) => exportsOf(program, checker, file)))
  return {
    describe: (kind, part, schema) => {
      const symbol = constants.get(kind)
      const described = symbol && typeArgument(checker, checker.getTypeOfSymbol(symbol), part === 'spec' ? 0 : 1)
      return described ? describe(checker, schema, described) : schema
    },
    purposeOf: (kind) => purpose(constants.get(kind), checker),
  }
}

function purpose(symbol: ts.Symbol | undefined, checker: ts.TypeChecker): string | undefined {
  const original = symbol && (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol)
  const text = original?.valueDeclaration?.getSourceFile().text ?? ''
  const comment = /^\/\*\*([\s\S]*?)\*\//.exec(text)?.[1]
  return comment === undefined ? undefined : clean(comment.replace(/^ *\* ?/gm, '').replace(/@see\s+(https?:)/g, 'See $1').replace(/@see.*/g, ''))
}

function exportsOf(program: ts.Program, checker: ts.TypeChecker, file: string): readonly (readonly [string, ts.Symbol])[] {
  const source = program.getSourceFile(file)
  const module = source && checker.getSymbolAtLocation(source)
  if (!module) throw new Error(`${file} is no module`)
  return checker.getExportsOfModule(module).map((symbol) => [symbol.name, symbol] as const)
}

function typeArgument(checker: ts.TypeChecker, type: ts.Type, index: number): ts.Type | undefined {
  const isReference = (candidate: ts.Type): candidate is ts.TypeReference => 'target' in candidate
  return type.aliasTypeArguments?.[index] ?? (isReference(type) ? checker.getTypeArguments(type)[index] : undefined)
}

function describe(checker: ts.TypeChecker, schema: CrdSchema, given: ts.Type): DescribedSchema {
  const type = checker.getNonNullableType(given)
  const own = docOf(checker, type.aliasSymbol ?? type.getSymbol())
  const described = children(checker, schema, type)
  return own === '' ? described : { description: own, ...described }
}

function children(checker: ts.TypeChecker, schema: CrdSchema, type: ts.Type): DescribedSchema {
  const { properties, items, additionalProperties, ...facts } = schema
  const item = items && checker.getIndexTypeOfType(type, ts.IndexKind.Number)
  const value = additionalProperties && checker.getIndexTypeOfType(type, ts.IndexKind.String)
  return {
    ...facts,
    ...(properties ? { properties: Object.fromEntries(Object.entries(properties).map(([name, child]) => [name, field(checker, child, type, name)])) } : {}),
    ...(items ? { items: item ? describe(checker, items, item) : items } : {}),
    ...(additionalProperties ? { additionalProperties: value ? describe(checker, additionalProperties, value) : additionalProperties } : {}),
  }
}

/** What a field says of itself comes before what its type says. */
function field(checker: ts.TypeChecker, schema: CrdSchema, parent: ts.Type, name: string): DescribedSchema {
  const symbol = parent.getProperty(name)
  if (!symbol) return schema
  const described = describe(checker, schema, checker.getTypeOfSymbol(symbol))
  const own = docOf(checker, symbol)
  return own === '' ? described : { ...described, description: own }
}

/** The text of a docstring on one line, with what it says of deprecation and where to read on. */
function docOf(checker: ts.TypeChecker, symbol: ts.Symbol | undefined): string {
  // Words about Array, Readonly and the like describe TypeScript, not the field.
  if (!symbol || symbol.declarations?.some((declaration) => /\/typescript\/lib\//.test(declaration.getSourceFile().fileName))) return ''
  const text = ts.displayPartsToString(symbol.getDocumentationComment(checker))
  const tags = symbol.getJsDocTags(checker).map(({ name, text: parts }) => ({ name, text: ts.displayPartsToString(parts) }))
  const deprecated = tags.filter(({ name }) => name === 'deprecated').map((tag) => `Deprecated ${tag.text}`)
  const see = tags.filter(({ name, text: link }) => name === 'see' && /^https?:/.test(link)).map((tag) => `See ${tag.text}`)
  return clean([text, ...deprecated, ...see].join(' '))
}

const clean = (text: string): string => text.replace(/\{@link ([^}]*)\}/g, '$1').replace(/\s+/g, ' ').trim()
