/** Notices peers that make us work without asking for anything (CVE-2019-9511..9518, CVE-2023-44487, CVE-2024-27316). */

/** Control frames that a burst may hold; each read forgives some, so that a living connection never gets near. */
const MAX_BURST = 1000
const FORGIVEN_PER_READ = 50
/** Each DATA frame we send entitles the peer to some WINDOW_UPDATEs (Envoy: 10). */
const FORGIVEN_PER_DATA = 10
/** Answers to control frames that wait because the peer does not read. */
const MAX_UNREAD_ANSWERS = 1000
/** Resets are judged from this many streams on; below it, a client may cancel all it started. */
const RESETS_JUDGED_FROM = 200
/** CONTINUATION frames of one block; at 16 KiB each, honest peers need four for the largest head we take. */
const MAX_CONTINUATIONS = 32

/** Why a connection is closed; goes into GOAWAY and the log. */
export type Flood = 'http2.control_frame_flood' | 'http2.unread_control_frames' | 'http2.reset_flood' | 'http2.continuation_flood'

/** Counters of one connection. Each method returns what was found, or undefined. */
export class FloodGuard {
  private burst = 0
  private unread = 0
  private streams = 0
  private resets = 0
  private continuations = 0

  onRead(): void {
    this.burst = Math.max(0, this.burst - FORGIVEN_PER_READ)
  }

  /** A frame that carries nothing: PING, SETTINGS, PRIORITY, WINDOW_UPDATE, RST_STREAM, empty DATA, unknown types. */
  onControlFrame(): Flood | undefined {
    return ++this.burst > MAX_BURST ? 'http2.control_frame_flood' : undefined
  }

  onDataSent(): void {
    this.burst = Math.max(0, this.burst - FORGIVEN_PER_DATA)
  }

  /** We answer a control frame; `backlog` tells that earlier output is still waiting. */
  onAnswer(backlog: boolean): Flood | undefined {
    this.unread = backlog ? this.unread + 1 : 0
    return this.unread > MAX_UNREAD_ANSWERS ? 'http2.unread_control_frames' : undefined
  }

  onStream(): void {
    this.streams++
  }

  /** A stream that came to nothing: cancelled by the peer before it was answered, or refused by us because it was malformed. */
  onWastedStream(): Flood | undefined {
    this.resets++
    return this.streams >= RESETS_JUDGED_FROM && this.resets * 2 > this.streams ? 'http2.reset_flood' : undefined
  }

  onHeaders(): void {
    this.continuations = 0
  }

  onContinuation(): Flood | undefined {
    return ++this.continuations > MAX_CONTINUATIONS ? 'http2.continuation_flood' : undefined
  }
}
