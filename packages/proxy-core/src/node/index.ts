/** The IO shell of proxy-core: Node's sockets and clock. */
export { netEngine, type NetEngineOptions } from '../io/net/net-engine.ts'
export { systemClock } from '../io/net/system-clock.ts'
