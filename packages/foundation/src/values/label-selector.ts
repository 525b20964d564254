/** Label selectors as Istio's `selector.matchLabels` and Kubernetes' `LabelSelector` use them. */

/** Labels of a workload or object. */
export type Labels = Readonly<Record<string, string>>

/** A Kubernetes label selector; an empty one matches everything. */
export interface LabelSelector {
  readonly matchLabels?: Labels
  readonly matchExpressions?: readonly {
    readonly key: string
    readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
    readonly values?: readonly string[]
  }[]
}

/** True if every wanted label is there with that value. */
export function matchesLabels(wanted: Labels | undefined, labels: Labels): boolean {
  for (const key in wanted) if (Object.hasOwn(wanted, key) && (!Object.hasOwn(labels, key) || labels[key] !== wanted[key])) return false
  return true
}

/** True if the selector selects an object with these labels. */
export function matchesSelector(selector: LabelSelector, labels: Labels): boolean {
  return matchesLabels(selector.matchLabels, labels) && (selector.matchExpressions ?? []).every((rule) => {
    const value = Object.hasOwn(labels, rule.key) ? labels[rule.key] : undefined
    switch (rule.operator) {
      case 'In': return value !== undefined && (rule.values ?? []).includes(value)
      case 'NotIn': return value === undefined || !(rule.values ?? []).includes(value)
      case 'Exists': return value !== undefined
      case 'DoesNotExist': return value === undefined
    }
  })
}
