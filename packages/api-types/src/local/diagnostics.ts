/** Findings about a LocalMesh. */
import type { Finding } from '../diagnostics.ts'

const error = (code: string, message: string, remedy: string): Finding => ({ code, severity: 'error', message, remedy })

/** One function per finding. */
export const localDiagnostics = {
  duplicateName: (name: string, namespace: string, first: string): Finding =>
    error('MESH0180', `${namespace}/${name} is already the name at ${first}.`, 'Give each workload, replica and gateway of a namespace its own name.'),
  portTaken: (port: number, first: string): Finding =>
    error('MESH0181', `port ${port} of this machine is already taken by ${first}.`, 'Choose another targetPort or listen; replicas take the following ports too.'),
  portBeyondRange: (port: number): Finding =>
    error('MESH0182', `the replicas reach port ${port}, which does not exist.`, 'Lower targetPort or replicas.'),
  portsDisagree: (name: string, other: string, service: string): Finding =>
    error('MESH0183', `${name} and ${other} both serve ${service} but with different ports.`, 'Write the same name, port, protocol and appProtocol in both; targetPort may differ.'),
  serviceWithoutPorts: (name: string, service: string): Finding =>
    error('MESH0184', `${name} serves ${service} but has no ports.`, 'Add a port, or leave out service for a process that only calls others.'),
  portNeedsName: (port: number): Finding => error('MESH0185', `port ${port} has no name, and there are several ports.`, 'Name each port, e.g. http-web.'),
  duplicatePort: (what: 'name' | 'number'): Finding =>
    error('MESH0186', `this port ${what} occurs before in the same workload.`, `Give each port its own ${what}.`),
  proxyVariable: (name: string): Finding => ({
    code: 'MESH0187',
    severity: 'warning',
    message: `${name} is replaced: the mesh routes through the sidecar by this variable.`,
    remedy: 'Remove it from env.',
  }),
  unknownField: (name: string, suggestion: string | undefined): Finding =>
    error('MESH0188', `a LocalMesh has no field ${JSON.stringify(name)} here.`, suggestion === undefined ? 'Remove it, or correct its name.' : `Did you mean ${suggestion}?`),
  name: (value: string, what: string): Finding =>
    error('MESH0189', `${JSON.stringify(value)} is no ${what}.`, 'Use 1 to 63 lower-case letters, digits and "-", beginning and ending with a letter or digit.'),
  label: (text: string, what: 'key' | 'value'): Finding =>
    error('MESH0189', `${JSON.stringify(text)} is no label ${what} of Kubernetes.`, 'Use at most 63 letters, digits, "-", "_" and ".", beginning and ending with a letter or digit.'),
  variable: (name: string): Finding => error('MESH0189', `${JSON.stringify(name)} is no name of an environment variable.`, 'Use letters, digits and "_", not beginning with a digit.'),
  readiness: (): Finding => error('MESH0189', 'ready needs exactly one of tcp and http, and http a path that begins with "/".', 'Write {tcp: true} or {http: /healthz}.'),
} as const
