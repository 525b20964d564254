/** Formats of file access logs. @see https://istio.io/latest/docs/tasks/observability/logs/access-log/#default-access-log-format */
import type { AccessLogFormat } from '@istio-ts/mesh-model'
import { present, type Message } from '../wire/message.ts'

/** Istio's default line. */
const DEFAULT_TEXT_FORMAT =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% '
  + '%CONNECTION_TERMINATION_DETAILS% "%UPSTREAM_TRANSPORT_FAILURE_REASON%" %BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% '
  + '"%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%" %UPSTREAM_CLUSTER_RAW% %UPSTREAM_LOCAL_ADDRESS% '
  + '%DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% %ROUTE_NAME%\n'

/** The same, as JSON. */
const DEFAULT_JSON_FORMAT: Readonly<Record<string, string>> = {
  authority: '%REQ(:AUTHORITY)%',
  bytes_received: '%BYTES_RECEIVED%',
  bytes_sent: '%BYTES_SENT%',
  connection_termination_details: '%CONNECTION_TERMINATION_DETAILS%',
  downstream_local_address: '%DOWNSTREAM_LOCAL_ADDRESS%',
  downstream_remote_address: '%DOWNSTREAM_REMOTE_ADDRESS%',
  duration: '%DURATION%',
  method: '%REQ(:METHOD)%',
  path: '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%',
  protocol: '%PROTOCOL%',
  request_id: '%REQ(X-REQUEST-ID)%',
  requested_server_name: '%REQUESTED_SERVER_NAME%',
  response_code: '%RESPONSE_CODE%',
  response_code_details: '%RESPONSE_CODE_DETAILS%',
  response_flags: '%RESPONSE_FLAGS%',
  route_name: '%ROUTE_NAME%',
  start_time: '%START_TIME%',
  upstream_cluster: '%UPSTREAM_CLUSTER_RAW%',
  upstream_host: '%UPSTREAM_HOST%',
  upstream_local_address: '%UPSTREAM_LOCAL_ADDRESS%',
  upstream_service_time: '%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%',
  upstream_transport_failure_reason: '%UPSTREAM_TRANSPORT_FAILURE_REASON%',
  user_agent: '%REQ(USER-AGENT)%',
  x_forwarded_for: '%REQ(X-FORWARDED-FOR)%',
}

/** Operators that only exist after their formatter is named. */
const FORMATTERS = [
  { operator: '%REQ_WITHOUT_QUERY', name: 'envoy.formatter.req_without_query', type: 'envoy.extensions.formatter.req_without_query.v3.ReqWithoutQuery' },
  { operator: '%METADATA(', name: 'envoy.formatter.metadata', type: 'envoy.extensions.formatter.metadata.v3.Metadata' },
  { operator: '%CEL(', name: 'envoy.formatter.cel', type: 'envoy.extensions.formatter.cel.v3.Cel' },
]

/** `SubstitutionFormatString`. */
export function fileFormat(format: AccessLogFormat, omitEmptyValues: boolean): Message {
  const body: Message = format.kind === 'json'
    ? { jsonFormat: format.labels ?? DEFAULT_JSON_FORMAT, jsonFormatOptions: {} }
    : { textFormatSource: { inlineString: format.kind === 'text' ? format.text : DEFAULT_TEXT_FORMAT } }
  const text = JSON.stringify(body)
  const formatters = FORMATTERS.filter(({ operator }) => text.includes(operator)).map(({ name, type }) => ({ name, typedConfig: { '@type': `type.googleapis.com/${type}` } }))
  return present({ ...body, omitEmptyValues: omitEmptyValues || undefined, formatters: formatters.length === 0 ? undefined : formatters })
}
