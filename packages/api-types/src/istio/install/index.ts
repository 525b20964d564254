/** IstioOperator: what is installed, and how. A file for `istioctl install`, and a kind of the cluster where our operator runs. */
import { bool, defineKind, enumeration, list, map, message, struct, text, withFacts, type Field, type IstioKind } from '../shared/schema/index.ts'
import * as z from 'zod'

/** A change to one value of a rendered object; absent `value` deletes. */
export interface OverlayPatch {
  /** `a.b.[name:x].c`, `[0]`, `[-1]`. */
  readonly path?: string
  /** The new value; absent deletes. */
  readonly value?: unknown
}

/** Changes to one rendered object. */
export interface ObjectOverlay {
  /** API version of the rendered object. */
  readonly apiVersion?: string
  /** Kind of the rendered object. */
  readonly kind?: string
  /** Name of the rendered object. */
  readonly name?: string
  /** Changes, in order. */
  readonly patches?: readonly OverlayPatch[]
}

/** Kubernetes settings of a component; kept as written, except what is named here. */
export interface ComponentKubernetes {
  /** Changes to the objects that the component's chart renders. */
  readonly overlays?: readonly ObjectOverlay[]
  readonly [setting: string]: unknown
}

/** A component of the installation. */
export interface InstallComponent {
  /** Whether the component is installed; the profile gives the default. */
  readonly enabled?: boolean
  /** Namespace of the component; default that of the installation. */
  readonly namespace?: string
  /** Registry and path of the component's images. */
  readonly hub?: string
  /** Tag of the component's images. */
  readonly tag?: string | number
  /** Labels of a gateway. */
  readonly label?: Readonly<Record<string, string>>
  /** Only gateways have one. */
  readonly name?: string
  /** Kubernetes settings of the component's workload. */
  readonly k8s?: ComponentKubernetes
}

/** The components. */
export interface InstallComponents {
  /** CRDs and what the whole cluster shares. */
  readonly base?: InstallComponent
  /** The control plane, istiod. */
  readonly pilot?: InstallComponent
  /** The node agent that redirects traffic in place of init containers. */
  readonly cni?: InstallComponent
  /** The node proxy of ambient mode. */
  readonly ztunnel?: InstallComponent
  /** What a cluster needs that is served by a control plane elsewhere. */
  readonly istiodRemote?: InstallComponent
  /** Gateways for traffic that enters the mesh, by name. */
  readonly ingressGateways?: readonly InstallComponent[]
  /** Gateways for traffic that leaves the mesh, by name. */
  readonly egressGateways?: readonly InstallComponent[]
}

/** Spec of an IstioOperator. */
export interface IstioOperatorSpec {
  /** The profile it starts from; default `default`. */
  readonly profile?: string
  /** Folder of charts and profiles; default those that are built in. */
  readonly installPackagePath?: string
  /** Registry and path of all images. */
  readonly hub?: string
  /** YAML may make a number of a tag such as 1.30. */
  readonly tag?: string | number
  /** Namespace of the control plane; default `istio-system`. */
  readonly namespace?: string
  /** Name of this control plane beside others. */
  readonly revision?: string
  /** Istio version whose defaults are kept, e.g. `1.27`. */
  readonly compatibilityVersion?: string
  /** Settings of the whole mesh (MeshConfig). */
  readonly meshConfig?: Readonly<Record<string, unknown>>
  /** What is installed. */
  readonly components?: InstallComponents
  /** Helm values. */
  readonly values?: Readonly<Record<string, unknown>>
  /** Helm values that are not checked. */
  readonly unvalidatedValues?: Readonly<Record<string, unknown>>
}

/** How far an installation or a component has come. `ACTION_REQUIRED` is for the whole only. */
export type InstallState = 'NONE' | 'UPDATING' | 'RECONCILING' | 'HEALTHY' | 'ERROR' | 'ACTION_REQUIRED'

/** Status of an IstioOperator. */
export interface IstioOperatorStatus {
  /** State of the whole installation. */
  readonly status?: InstallState
  /** What an operator should know about the state. */
  readonly message?: string
  /** State of each component by its name. */
  readonly componentStatus?: Readonly<Record<string, { readonly version?: string; readonly status?: InstallState; readonly error?: string }>>
}

const anything = (): Field<unknown> => withFacts(z.unknown(), { 'x-kubernetes-preserve-unknown-fields': true })
const tag = (): Field<string | number> => withFacts(z.union([z.string(), z.number()], 'a tag is a text, or a number such as 1.30'), { 'x-kubernetes-preserve-unknown-fields': true })
const open = <S extends Field<unknown>>(schema: S): S => withFacts(schema, { type: 'object', 'x-kubernetes-preserve-unknown-fields': true })

const overlay = () =>
  message<ObjectOverlay>({ apiVersion: text(), kind: text(), name: text(), patches: list(message<OverlayPatch>({ path: text(), value: anything() })) })

const component = () =>
  message<InstallComponent>({
    enabled: bool(),
    namespace: text(),
    hub: text(),
    tag: tag(),
    label: map(text()),
    name: text(),
    k8s: open(message<{ readonly overlays?: readonly ObjectOverlay[] }>({ overlays: list(overlay()) })) as Field<ComponentKubernetes>,
  })

const schema = () =>
  open(
    message<IstioOperatorSpec>({
      profile: text(),
      installPackagePath: text(),
      hub: text(),
      tag: tag(),
      namespace: text(),
      revision: text(),
      compatibilityVersion: text(),
      meshConfig: struct(),
      components: message<InstallComponents>({
        base: component(),
        pilot: component(),
        cni: component(),
        ztunnel: component(),
        istiodRemote: component(),
        ingressGateways: list(component()),
        egressGateways: list(component()),
      }),
      values: struct(),
      unvalidatedValues: struct(),
    }),
  )

const state = () => enumeration(['NONE', 'UPDATING', 'RECONCILING', 'HEALTHY', 'ERROR', 'ACTION_REQUIRED'])

const status = (): Field<IstioOperatorStatus> =>
  open(
    message<IstioOperatorStatus>({
      status: state(),
      message: text(),
      componentStatus: map(message<{ readonly version?: string; readonly status?: InstallState; readonly error?: string }>({ version: text(), status: state(), error: text() })),
    }),
  )

/** The kind `install.istio.io/v1alpha1/IstioOperator`. Its status is the operator's own. */
export const IstioOperator: IstioKind<IstioOperatorSpec, IstioOperatorStatus> = {
  ...defineKind<IstioOperatorSpec>({
    group: 'install.istio.io',
    kind: 'IstioOperator',
    plural: 'istiooperators',
    shortNames: ['iop', 'io'],
    versions: ['v1alpha1'],
    storage: 'v1alpha1',
    printerColumns: [
      { name: 'Revision', type: 'string', jsonPath: '.spec.revision', description: 'Istio control plane revision' },
      { name: 'Status', type: 'string', jsonPath: '.status.status', description: 'IOP current state' },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ],
    defaults: { profile: 'default' },
    schema,
  }),
  categories: [],
  statusSchema: status,
  validate: () => [],
}
