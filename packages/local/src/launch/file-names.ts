/** Files in the state folder that processes are told of. */

/** File of a sidecar's bootstrap. */
export const bootstrapFile = (stateFolder: string, key: string): string => `${stateFolder}/run/${key.replace('/', '.')}.bootstrap.json`

/** File of a sidecar's token (mode 0600). */
export const tokenFile = (stateFolder: string, key: string): string => `${stateFolder}/run/${key.replace('/', '.')}.token`

/** The mesh's root certificate, written by istiod. */
export const rootCertFile = (stateFolder: string): string => `${stateFolder}/root-cert.pem`
