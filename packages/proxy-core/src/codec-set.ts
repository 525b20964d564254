/** The codecs of this package as one dependency. */
import { http1Client } from './codec/http1/http1-client.ts'
import { http1Server } from './codec/http1/http1-server.ts'
import type { Codecs } from './ports/codecs.ts'
import { http2Client } from './codec/http2/http2-client.ts'
import { http2Server } from './codec/http2/http2-server.ts'

/** HTTP/1.1 and HTTP/2. */
export const standardCodecs: Codecs = Object.freeze({ http1Server, http1Client, http2Server, http2Client })
