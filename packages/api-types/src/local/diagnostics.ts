/** Findings about a LocalMesh. */
import type { Diagnostic } from '@istio-ts/foundation'

/** A finding before its resource is known. */
export type LocalFinding = Omit<Diagnostic, 'resource' | 'source'>

const error = (code: string, path: string, message: string, remedy: string): LocalFinding => ({ code, severity: 'error', path, message, remedy })

/** One function per finding. */
export const localDiagnostics = {
  duplicateName: (path: string, name: string, namespace: string, first: string): LocalFinding =>
    error('MESH0180', path, `${namespace}/${name} is already the name at ${first}.`, 'Give each workload, replica and gateway of a namespace its own name.'),
  portTaken: (path: string, port: number, first: string): LocalFinding =>
    error('MESH0181', path, `port ${port} of this machine is already taken by ${first}.`, 'Choose another targetPort or listen; replicas take the following ports too.'),
  portBeyondRange: (path: string, port: number): LocalFinding =>
    error('MESH0182', path, `the replicas reach port ${port}, which does not exist.`, 'Lower targetPort or replicas.'),
  portsDisagree: (path: string, name: string, other: string, service: string): LocalFinding =>
    error('MESH0183', path, `${name} and ${other} both serve ${service} but with different ports.`, 'Write the same name, port, protocol and appProtocol in both; targetPort may differ.'),
  serviceWithoutPorts: (path: string, name: string, service: string): LocalFinding =>
    error('MESH0184', path, `${name} serves ${service} but has no ports.`, 'Add a port, or leave out service for a process that only calls others.'),
  portNeedsName: (path: string, port: number): LocalFinding =>
    error('MESH0185', path, `port ${port} has no name, and there are several ports.`, 'Name each port, e.g. http-web.'),
  duplicatePort: (path: string, what: 'name' | 'number'): LocalFinding =>
    error('MESH0186', path, `this port ${what} occurs before in the same workload.`, `Give each port its own ${what}.`),
  proxyVariable: (path: string, name: string): LocalFinding => ({
    code: 'MESH0187',
    severity: 'warning',
    path,
    message: `${name} is replaced: the mesh routes through the sidecar by this variable.`,
    remedy: 'Remove it from env.',
  }),
} as const
