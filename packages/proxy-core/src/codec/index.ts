/** HTTP codecs: one face of HTTP/1.1 and HTTP/2 for everything above them. */
export * from './codec.ts'
export { detectHttp, type DetectedHttp } from './detect-http.ts'
export { plainFields } from './head/plain-fields.ts'
export { plainRequestHead, plainResponseHead, type PlainRequestInit } from './head/plain-heads.ts'
export { http1Client } from './http1/http1-client.ts'
export { http1Server } from './http1/http1-server.ts'
export { reasonPhrase } from './http1/status-line.ts'
