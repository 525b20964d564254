/** An xDS stream without a network: two transports that are each other's peer, delivering in microtasks. */
import type { StreamTransport, StreamTransportEvents } from '@istio-ts/xds-protocol'

/** Makes a connected pair: the client's end and the server's. */
export function xdsPair(): readonly [StreamTransport, StreamTransport] {
  const client = new End()
  const server = new End()
  client.peer = server
  server.peer = client
  return [client, server]
}

class End implements StreamTransport {
  peer: End | undefined
  #events: StreamTransportEvents | undefined
  #waiting: Uint8Array[] = []
  #closed = false

  setEvents(events: StreamTransportEvents): void {
    this.#events = events
    for (const bytes of this.#waiting.splice(0)) this.#deliver(bytes)
  }

  send(bytes: Uint8Array): boolean {
    const { peer } = this
    // A copy: on a real stream the receiver never shares memory with the sender.
    if (peer && !this.#closed) peer.#deliver(bytes.slice())
    return true
  }

  close(_status: string, detail = ''): void {
    if (this.#closed) return
    this.#closed = true
    const { peer } = this
    queueMicrotask(() => {
      if (peer) peer.#lose(detail)
    })
  }

  #deliver(bytes: Uint8Array): void {
    if (!this.#events) return void this.#waiting.push(bytes)
    queueMicrotask(() => {
      if (!this.#closed) this.#events?.onMessage(bytes)
    })
  }

  #lose(detail: string): void {
    if (this.#closed) return
    this.#closed = true
    this.#events?.onClose(detail)
  }
}
