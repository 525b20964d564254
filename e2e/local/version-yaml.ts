/** Workloads of a LocalMesh that are versions of a service. */

/** What a version is: its port, and the script that is run in a folder. */
export interface ServiceVersion {
  readonly service: string
  readonly version: string
  readonly port: { readonly name: string; readonly port: number }
  readonly script: string
  readonly cwd: string
}

/** The workload `service-version`; it listens on the port of the test that has its name, and is told its VERSION. */
export const versionYaml = ({ service, version, port, script, cwd }: ServiceVersion): string => `  - name: ${service}-${version}
    service: ${service}
    labels: {app: ${service}, version: ${version}}
    ports: [{name: ${port.name}, port: ${port.port}, targetPort: \${PORT:${service}-${version}}}]
    command: [node, ${script}]
    cwd: ${cwd}
    env: {VERSION: ${version}}
`
