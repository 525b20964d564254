/** Durations in proto JSON: `1500` -> `1.500s`. */
export { formatProtoDuration as duration } from '@istio-ts/foundation'
