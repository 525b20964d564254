/** What the peer's SETTINGS say (RFC 9113 6.5.2, RFC 8441 3). */
import { CODE, DEFAULT_WINDOW, MAX_FRAME_BYTES, MAX_WINDOW, SETTING } from './protocol.ts'

/** Read by the streams' owner; starts with the values that hold before any SETTINGS. */
export class PeerSettings {
  /** True once SETTINGS have come, which must be the peer's first frame. */
  seen = false
  initialWindow = DEFAULT_WINDOW
  maxStreams = 100
  takesExtendedConnect = false

  /** Takes one setting over; returns the code of the connection error that it is, or undefined. */
  apply(id: number, value: number, toServer: boolean): number | undefined {
    switch (id) {
      case SETTING.enablePush:
        return value === 0 || (value === 1 && toServer) ? undefined : CODE.protocol
      case SETTING.maxConcurrentStreams:
        this.maxStreams = value
        return undefined
      case SETTING.initialWindowSize:
        if (value > MAX_WINDOW) return CODE.flowControl
        this.initialWindow = value
        return undefined
      case SETTING.maxFrameSize:
        // We stay with 16 KiB, which is always allowed.
        return value < MAX_FRAME_BYTES || value > 0xffffff ? CODE.protocol : undefined
      case SETTING.enableConnectProtocol:
        if (value > 1) return CODE.protocol
        this.takesExtendedConnect = value === 1
        return undefined
      default:
        return undefined
    }
  }
}
