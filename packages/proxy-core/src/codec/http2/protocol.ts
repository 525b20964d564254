/** Numbers of HTTP/2 (RFC 9113 6, 7; RFC 8441). */

export const FRAME = { data: 0, headers: 1, priority: 2, reset: 3, settings: 4, pushPromise: 5, ping: 6, goaway: 7, windowUpdate: 8, continuation: 9 } as const
export const FLAG = { endStream: 1, ack: 1, endHeaders: 4, padded: 8, priority: 32 } as const
export const SETTING = { headerTableSize: 1, enablePush: 2, maxConcurrentStreams: 3, initialWindowSize: 4, maxFrameSize: 5, maxHeaderListSize: 6, enableConnectProtocol: 8 } as const

/** Error codes of RST_STREAM and GOAWAY. */
export const CODE = {
  noError: 0,
  protocol: 1,
  internal: 2,
  flowControl: 3,
  settingsTimeout: 4,
  streamClosed: 5,
  frameSize: 6,
  refused: 7,
  cancel: 8,
  compression: 9,
  connect: 10,
  enhanceYourCalm: 11,
  inadequateSecurity: 12,
  http11Required: 13,
} as const

export const MAX_WINDOW = 0x7fffffff
export const DEFAULT_WINDOW = 65535
/** We neither announce nor accept larger frames: 16 KiB is what everybody has. */
export const MAX_FRAME_BYTES = 16384
