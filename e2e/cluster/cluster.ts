/** A real Kubernetes API on loopback, without nodes: etcd and kube-apiserver, ready in seconds. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../../packages/testkit/src/loopback/ports.ts'
import { startChild, type Child } from './child.ts'
import { kubeClient, type KubeClient } from './client.ts'
import { eventually } from './eventually.ts'
import { writePki, type ClusterPki } from './pki.ts'
import { findClusterPrograms, type ClusterPrograms } from './programs.ts'

/** A running cluster. */
export interface TestCluster {
  /** `https://127.0.0.1:PORT`. */
  readonly server: string
  /** A kubeconfig of the admin, with absolute paths; lives as long as the cluster. */
  readonly kubeconfig: string
  /** Certificates and keys of the client. */
  readonly pki: ClusterPki
  readonly client: KubeClient
  /** Process ids of etcd and kube-apiserver. */
  readonly pids: readonly number[]
  /** Ends both programs by their pids and removes the folder; idempotent. */
  stop(): Promise<void>
}

/** Ports are chosen before they are bound; another program may be quicker. */
const ATTEMPTS = 3

/**
 * Starts etcd and kube-apiserver on free ports with a PKI of their own.
 * There is no controller manager: namespaces have no `default` ServiceAccount, nothing is garbage-collected.
 * @throws Error if a program is missing, or does not become ready; nothing is left behind then
 */
export async function startCluster(): Promise<TestCluster> {
  const { programs, missing } = findClusterPrograms()
  if (programs === undefined) throw new Error(`no test cluster without ${missing}; node tools/prepare-tools.mjs gets it`)
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(programs)
    } catch (error) {
      if (attempt === ATTEMPTS || !String(error).includes('address already in use')) throw error
    }
  }
}

async function startOnce(programs: ClusterPrograms): Promise<TestCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'istio-ts-cluster-'))
  const children: Child[] = []
  const closers: (() => void)[] = []
  let stopping: Promise<void> | undefined
  /** The API server first: without etcd it would wait for it. */
  const stop = (): Promise<void> =>
    (stopping ??= (async () => {
      closers.forEach((close) => close())
      for (const child of children.toReversed()) await child.stop()
      rmSync(folder, { recursive: true, force: true })
    })())
  try {
    const [etcdPort = 0, peerPort = 0, apiPort = 0] = await freePorts(3)
    const server = `https://127.0.0.1:${apiPort}`
    mkdirSync(join(folder, 'etcd'), { mode: 0o700 })
    children.push(startChild('etcd', programs.etcd, etcdArgs(join(folder, 'etcd'), etcdPort, peerPort), join(folder, 'etcd.log')))
    const pki = await writePki(folder)
    children.push(startChild('kube-apiserver', programs.apiserver, apiserverArgs(folder, etcdPort, apiPort), join(folder, 'apiserver.log')))
    const client = kubeClient(server, pki)
    closers.push(() => client.close())
    const kubeconfig = join(folder, 'admin.kubeconfig')
    writeFileSync(kubeconfig, kubeconfigOf(server, folder), { mode: 0o600 })
    await Promise.race([isReady(client), ...children.map((child) => child.died)])
    return { server, kubeconfig, pki, client, pids: children.map((child) => child.pid), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

const isReady = (client: KubeClient): Promise<true> =>
  eventually('kube-apiserver to be ready', async () => ((await client.get<string>('/readyz')).ok ? true : undefined), { timeoutMs: 90_000, everyMs: 100 })

const etcdArgs = (folder: string, port: number, peerPort: number): readonly string[] => [
  '--name=e1',
  `--data-dir=${folder}`,
  `--listen-client-urls=http://127.0.0.1:${port}`,
  `--advertise-client-urls=http://127.0.0.1:${port}`,
  `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
  `--initial-advertise-peer-urls=http://127.0.0.1:${peerPort}`,
  `--initial-cluster=e1=http://127.0.0.1:${peerPort}`,
]

/** The endpoint reconciler would complain of a loopback address, and nobody here dials the `kubernetes` service. */
const apiserverArgs = (folder: string, etcdPort: number, port: number): readonly string[] => [
  `--etcd-servers=http://127.0.0.1:${etcdPort}`,
  '--bind-address=127.0.0.1',
  '--advertise-address=127.0.0.1',
  '--endpoint-reconciler-type=none',
  `--secure-port=${port}`,
  `--tls-cert-file=${join(folder, 'apiserver.crt')}`,
  `--tls-private-key-file=${join(folder, 'apiserver.key')}`,
  `--client-ca-file=${join(folder, 'ca.crt')}`,
  `--service-account-key-file=${join(folder, 'sa.pub')}`,
  `--service-account-signing-key-file=${join(folder, 'sa.key')}`,
  '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
  '--service-cluster-ip-range=10.96.0.0/16',
  '--authorization-mode=Node,RBAC',
  '--enable-priority-and-fairness=false',
]

const kubeconfigOf = (server: string, folder: string): string => `apiVersion: v1
kind: Config
clusters: [{name: test, cluster: {server: "${server}", certificate-authority: ${join(folder, 'ca.crt')}}}]
users: [{name: admin, user: {client-certificate: ${join(folder, 'admin.crt')}, client-key: ${join(folder, 'admin.key')}}}]
contexts: [{name: test, context: {cluster: test, user: admin}}]
current-context: test
`
