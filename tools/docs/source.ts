/** Reads the repository's sources as syntax trees: what the generated pages are made of. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import ts from 'typescript'
import { sources } from '../import-graph.ts'

/** The repository's root. */
export const root = resolve(import.meta.dirname, '../..')

/** One source file as a tree. */
export interface SourceTree {
  /** Path relative to the root. */
  readonly path: string
  readonly tree: ts.SourceFile
}

/** Parses a file. */
export const treeOf = (file: string): SourceTree => parse(file, readFileSync(file, 'utf8'))

const parse = (file: string, text: string): SourceTree => ({ path: relative(root, file), tree: ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true) })

/** Folders of all packages and apps, relative to the root, in reading order. */
export const homes = (): readonly string[] => ['packages', 'apps'].flatMap((kind) => readdirSync(join(root, kind)).sort().map((name) => `${kind}/${name}`)).filter((home) => readdirSync(join(root, home)).includes('src'))

/** Product sources of a home (no specs, no fakes for tests) whose text mentions something; parsing the others would be for nothing. */
export const productSources = (home: string, mention: RegExp): readonly SourceTree[] =>
  sources(join(root, home, 'src')).filter((file) => !file.endsWith('.spec.ts') && !/\/(testing|test-[^/]*|gen)\//.test(file)).flatMap((file) => {
    const text = readFileSync(file, 'utf8')
    return mention.test(text) ? [parse(file, text)] : []
  })

/** Calls `visit` for each node below, in order. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node)
  ts.forEachChild(node, (child) => walk(child, visit))
}

/**
 * An expression that makes a text, as a reader would write it: `${host}` becomes `<host>`. Nothing for expressions that are no text at all
 * (a parameter, a call).
 */
export function template(node: ts.Expression): string | undefined {
  if (ts.isParenthesizedExpression(node)) return template(node.expression)
  if (ts.isStringLiteralLike(node)) return node.text
  if (ts.isTemplateExpression(node)) return node.head.text + node.templateSpans.map((span) => `<${placeholder(span.expression)}>${span.literal.text}`).join('')
  if (ts.isConditionalExpression(node)) {
    const [yes, no] = [template(node.whenTrue), template(node.whenFalse)]
    return yes !== undefined && no !== undefined ? `${yes} / ${no}` : yes ?? no
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const [left, right] = [template(node.left), template(node.right)]
    return left !== undefined && right !== undefined ? left + right : undefined
  }
  return undefined
}

/** A short name for what is put into a text. */
function placeholder(node: ts.Expression): string {
  if (ts.isIdentifier(node)) return node.text
  if (ts.isPropertyAccessExpression(node)) return node.name.text
  if (ts.isConditionalExpression(node)) {
    const inner = [node.whenTrue, node.whenFalse].map((side) => template(side)).find((text) => text !== undefined && text !== '')
    return inner !== undefined && !inner.includes('<') ? inner.trim() : placeholder(ts.isIdentifier(node.whenTrue) || ts.isPropertyAccessExpression(node.whenTrue) ? node.whenTrue : node.whenFalse)
  }
  // JSON.stringify(value), String(value), describeResource(refOf(value)): what is shown is the value.
  if (ts.isCallExpression(node)) {
    if (ts.isPropertyAccessExpression(node.expression) && ['join', 'slice', 'trim', 'toString', 'at'].includes(node.expression.name.text)) return placeholder(node.expression.expression)
    const [first] = node.arguments
    return first ? placeholder(first) : placeholder(node.expression)
  }
  if (ts.isBinaryExpression(node)) return placeholder(node.left)
  if (ts.isNonNullExpression(node) || ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) return placeholder(node.expression)
  return '...'
}

/** The doc comment right before a node or the statement it belongs to, on one line. */
export function docOf(node: ts.Node): string | undefined {
  for (let at: ts.Node | undefined = node; at && !ts.isSourceFile(at); at = at.parent) {
    const text = at.getSourceFile().text
    const comment = ts.getLeadingCommentRanges(text, at.pos)?.at(-1)
    if (comment && text.startsWith('/**', comment.pos)) return text.slice(comment.pos + 3, comment.end - 2).split('\n').map((line) => line.replace(/^\s*\*\s?/, '').trim()).join(' ').trim()
    if (ts.isVariableStatement(at) || ts.isFunctionDeclaration(at) || ts.isPropertyAssignment(at) || ts.isTypeElement(at)) return undefined
  }
  return undefined
}

/** The value of a property of an object literal. */
export function propertyOf(object: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  for (const property of object.properties) if (ts.isPropertyAssignment(property) && property.name.getText() === name) return property.initializer
  return undefined
}

/** Text for one cell of a Markdown table; what looks like HTML stays what it is, in code (between backticks) as it is written. */
export const cell = (text: string): string =>
  text.replaceAll(/\s+/g, ' ').trim().replaceAll('|', '\\|').split('`').map((part, i) => (i % 2 === 0 ? part.replaceAll('<', '&lt;').replaceAll('*', '\\*') : part)).join('`')

/** A Markdown table. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [`| ${head.join(' | ')} |`, `|${head.map(() => '---').join('|')}|`, ...rows.map((row) => `| ${row.join(' | ')} |`)].join('\n')
