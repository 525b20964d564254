/** Every code of a finding or error in the sources, with what its function says. */
import ts from 'typescript'
import { docOf, homes, productSources, propertyOf, template, walk, type SourceTree } from './source.ts'

/** One place that makes findings or errors of a code. */
export interface CodeUse {
  readonly code: string
  /** Package or app, e.g. `packages/kube`. */
  readonly home: string
  readonly file: string
  readonly line: number
  readonly severity: 'error' | 'warning' | 'info' | 'fatal'
  readonly message: string
  readonly remedy: string
}

const CODE = /^(MESH|IST)\d{4}$/
const ANY_CODE = /(MESH|IST)\d{4}/

/** All uses, in the order of the sources. A literal that is compared or stored makes nothing, and is not among them. */
export const codeUses = (): readonly CodeUse[] => homes().flatMap((home) => productSources(home, ANY_CODE).flatMap((source) => usesOf(home, source)))

/** Codes that a text of the sources names in any way, also where the generator cannot see what they mean. */
export const codesNamed = (): ReadonlySet<string> =>
  new Set(homes().flatMap((home) => productSources(home, ANY_CODE).flatMap(({ tree }) => {
    const found: string[] = []
    walk(tree, (node) => {
      if (ts.isStringLiteralLike(node) && CODE.test(node.text)) found.push(node.text)
    })
    return found
  })))

/** The uses of one file. */
export function usesOf(home: string, { path, tree }: SourceTree): readonly CodeUse[] {
  const uses: CodeUse[] = []
  walk(tree, (node) => {
    if (!ts.isStringLiteralLike(node) || !CODE.test(node.text)) return
    const made = fromObject(node) ?? fromCall(node)
    if (made) uses.push({ code: node.text, home, file: path, line: tree.getLineAndCharacterOfPosition(node.getStart()).line + 1, ...made })
  })
  return uses
}

type Made = Pick<CodeUse, 'severity' | 'message' | 'remedy'>

/** `{ code: 'X', severity, message, remedy }`, in a diagnostic or in `new MeshError(...)`. */
function fromObject(literal: ts.StringLiteralLike): Made | undefined {
  const property = ownerOf(literal)
  if (!ts.isPropertyAssignment(property) || property.name.getText() !== 'code' || !ts.isObjectLiteralExpression(property.parent)) return undefined
  const object = property.parent
  const severity = propertyOf(object, 'severity')
  return {
    severity: severity ? severityOf(template(severity)?.split(' / ')[0]) : 'fatal',
    message: said(propertyOf(object, 'message')) ?? docOf(object) ?? '',
    remedy: said(propertyOf(object, 'remedy')) ?? '',
  }
}

/** `error('X', message, remedy)`, `finding('X', 'warning', ..., message, remedy)`, `error('X', usualRemedy)`. */
function fromCall(literal: ts.StringLiteralLike): Made | undefined {
  const call = ownerOf(literal)
  if (!ts.isCallExpression(call) || call.expression === literal) return undefined
  const callee = ts.isIdentifier(call.expression) ? call.expression.text : ''
  if (!/^(error|warning|info|finding|diagnostic|problem|fault|refusal)$/i.test(callee)) return undefined
  const rest = call.arguments.slice(call.arguments.findIndex((argument) => argument === literal || argument.getText().includes(literal.getText())) + 1)
  const named = rest.map((argument) => template(argument)).find((text) => text === 'error' || text === 'warning' || text === 'info')
  const texts = rest.map(said).filter((text) => text !== undefined && text !== named && /[ .]/.test(text)).map(String)
  const [message, remedy] = texts.length > 1 ? texts.slice(-2) : [curried(call) ?? docOf(call) ?? '', texts[0]]
  return { severity: severityOf(named ?? callee), message: message ?? '', remedy: remedy ?? '' }
}

/** A text, or the texts that a helper puts together. */
const said = (node: ts.Expression | undefined): string | undefined => node && (template(node) ?? saidBy(node))

/** The text of a function of the same file: `remedy: WAYS(cache)`. */
function saidBy(node: ts.Expression): string | undefined {
  if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression)) return undefined
  const name = node.expression.text
  const held: { text?: string | undefined } = {}
  walk(node.getSourceFile(), (one) => {
    if (ts.isVariableDeclaration(one) && one.name.getText() === name && one.initializer && ts.isArrowFunction(one.initializer) && !ts.isBlock(one.initializer.body)) held.text = template(one.initializer.body)
  })
  return held.text
}

/** `error('X', remedy)('what is wrong')`. */
function curried(call: ts.CallExpression): string | undefined {
  const outer = call.parent
  const [statement] = ts.isCallExpression(outer) && outer.expression === call ? outer.arguments : []
  return statement && template(statement)
}

/** What the literal belongs to, past conditions that choose among codes. */
function ownerOf(literal: ts.Node): ts.Node {
  let { parent } = literal
  while (ts.isConditionalExpression(parent) || ts.isParenthesizedExpression(parent)) ({ parent } = parent)
  return parent
}

const severityOf = (text: string | undefined): CodeUse['severity'] => (text === 'warning' || text === 'info' ? text : 'error')
