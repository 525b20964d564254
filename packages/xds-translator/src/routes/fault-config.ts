/** Injected delays and aborts of a route, for the fault filter. */
import type { Fault } from '@istio-ts/mesh-model'
import { FAULT_TYPE } from '../http-filters/fault/index.ts'
import { duration } from '../wire/duration.ts'
import { present, typed, type AnyMessage, type Message } from '../wire/message.ts'

/** gRPC status codes by name. @see https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
const GRPC_CODES = [
  'OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS', 'PERMISSION_DENIED', 'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE', 'UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED',
]

/** Per-route config of the fault filter. */
export const faultConfig = (fault: Fault): AnyMessage => typed(FAULT_TYPE, present({
  delay: fault.delay && { fixedDelay: duration(fault.delay.fixedMs), percentage: fault.delay.percentIsDefault ? {} : millionths(fault.delay.percent) },
  abort: fault.abort && present({
    httpStatus: fault.abort.httpStatus,
    grpcStatus: fault.abort.grpcStatus === undefined ? undefined : GRPC_CODES.indexOf(fault.abort.grpcStatus.toUpperCase()),
    percentage: fault.abort.percentIsDefault ? undefined : millionths(fault.abort.percent),
  }),
}))

/** 0..100 as a FractionalPercent over a million: Istio keeps four decimals. */
export const millionths = (percent: number): Message => present({ numerator: Math.round(percent * 10_000) || undefined, denominator: 'MILLION' })
