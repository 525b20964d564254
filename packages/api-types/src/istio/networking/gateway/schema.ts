/** The schema of Gateway, after Istio's CRD. */
import { serverPort } from '../../shared/port.ts'
import { list, map, message, text, type Field } from '../../shared/schema/index.ts'
import { serverTls } from '../../shared/server-tls.ts'
import type { GatewaySpec, Server } from './types.ts'

/** Schema of the spec. */
export const gatewaySchema = (): Field<GatewaySpec> =>
  message<GatewaySpec>({
    selector: map(text()),
    servers: list(
      message<Server>(
        { bind: text(), defaultEndpoint: text(), hosts: list(text()), name: text(), port: serverPort(), tls: serverTls() },
        { required: ['port', 'hosts'] },
      ),
    ),
  })
