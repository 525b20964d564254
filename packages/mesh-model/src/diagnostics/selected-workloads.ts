/** Which workloads a selector picks: found by one of its labels, so that a workload's change touches only who asks for that label. */
import { Pod, WorkloadEntry } from '@istio-ts/api-types'
import type { Graph, Singleton } from '@istio-ts/collections'
import { matchesLabels, type Labels } from '@istio-ts/foundation'
import type { ResourceSets } from '../inputs/resource-sets.ts'

/** One workload as selectors see it. */
export interface LabelledWorkload {
  readonly namespace: string
  readonly name: string
  readonly labels: Labels
}

/** Pods and workload entries by label. */
export interface SelectedWorkloads {
  /** Those with the labels, in a namespace or (`*`) anywhere. @param selector not empty: nobody needs a list of all. */
  matching(namespace: string, selector: Labels): readonly LabelledWorkload[]
  /** False in a mesh whose workloads are not among the resources: then nothing can be said of selectors. */
  readonly areKnown: Singleton<boolean>
}

/** Makes the nodes. */
export function selectedWorkloads(graph: Graph, sets: ResourceSets): SelectedWorkloads {
  const pods = graph.derive('selectable pods', sets.everywhere(Pod), ({ metadata }): LabelledWorkload => ({ namespace: metadata.namespace, name: metadata.name, labels: metadata.labels ?? {} }))
  const entries = graph.derive('selectable workload entries', sets.config(WorkloadEntry), ({ metadata, spec }): LabelledWorkload =>
    ({ namespace: metadata.namespace, name: metadata.name, labels: { ...metadata.labels, ...spec.labels } }))
  const bucketsOf = ({ labels }: LabelledWorkload): readonly string[] => Object.entries(labels).map(bucket)
  const byLabel = [graph.indexBy('pods by label', pods, bucketsOf), graph.indexBy('workload entries by label', entries, bucketsOf)]
  return {
    matching(namespace, selector) {
      const [first] = Object.entries(selector)
      if (!first) return []
      return byLabel.flatMap((index) => index.lookup(bucket(first))).filter((one) => (namespace === '*' || one.namespace === namespace) && matchesLabels(selector, one.labels))
    },
    areKnown: graph.singleton('workloads are known', () => pods.size + entries.size > 0),
  }
}

const bucket = ([name, value]: readonly [string, string]): string => `${name}=${value}`
