/** A port that a gateway or a sidecar listens on. */
import { message, text, uint32, type Field } from './schema/index.ts'

/** A port with its protocol. */
export interface Port {
  /** 1 to 65535. */
  readonly number?: number
  /** HTTP, HTTPS, GRPC, GRPC-WEB, HTTP2, MONGO, TCP or TLS. */
  readonly protocol?: string
  /** Label of the port; unique among the ports of a resource. */
  readonly name?: string
  /** @deprecated has no effect at gateways and sidecars. */
  readonly targetPort?: number
}

const fields = () => ({ name: text(), number: uint32(), protocol: text(), targetPort: uint32() })

/** Schema of a {@link Port} of a Sidecar, where all fields may be left out. */
export const port = (): Field<Port> => message<Port>(fields())

/** Schema of a {@link Port} of a Gateway. */
export const serverPort = (): Field<Port> => message<Port>(fields(), { required: ['number', 'protocol', 'name'] })
