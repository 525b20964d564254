/** The metrics that packages list (`*MetricSpecs` of their `metrics.ts`), with the instrument each is used by. */
import ts from 'typescript'
import { homes, productSources, propertyOf, template, walk, type SourceTree } from './source.ts'

/** One metric of a package's list. */
export interface ListedMetric {
  readonly home: string
  readonly name: string
  readonly help: string
  readonly type: string
  readonly labels: readonly string[]
}

/** The lists `*MetricSpecs` of all packages and apps. */
export const listedMetrics = (): readonly ListedMetric[] => homes().flatMap((home) => {
  const files = productSources(home, /MetricSpecs\b/)
  const types = instrumentTypes(files)
  return files.flatMap(({ tree }) => {
    const found: ListedMetric[] = []
    walk(tree, (node) => {
      if (!ts.isVariableDeclaration(node) || !/MetricSpecs$/.test(node.name.getText()) || !node.initializer) return
      walk(node.initializer, (entry) => {
        if (!ts.isPropertyAssignment(entry) || !ts.isObjectLiteralExpression(entry.initializer)) return
        found.push({ home, type: types.get(`${node.name.getText()}.${entry.name.getText()}`) ?? '', ...metricOf(entry.initializer) })
      })
    })
    return found
  })
})

function metricOf(spec: ts.ObjectLiteralExpression): Pick<ListedMetric, 'name' | 'help' | 'labels'> {
  const text = (key: string): string => {
    const value = propertyOf(spec, key)
    return (value && template(value)) ?? ''
  }
  const labels = propertyOf(spec, 'labels')
  return { name: text('name'), help: text('help'), labels: labels && ts.isArrayLiteralExpression(labels) ? labels.elements.flatMap((element) => template(element) ?? []) : [] }
}

/** `meter.counter(specs.x)` -> `specs.x` is a counter. */
function instrumentTypes(files: readonly SourceTree[]): ReadonlyMap<string, string> {
  const types = new Map<string, string>()
  for (const { tree } of files) {
    walk(tree, (node) => {
      if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return
      const [spec] = node.arguments
      const method = node.expression.name.text
      if (spec && /^(counter|gauge|histogram|observe)$/.test(method)) types.set(spec.getText(), method === 'observe' ? 'gauge' : method)
    })
  }
  return types
}
