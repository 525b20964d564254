/** Why an HTTP/1 message is refused: the answer's status and Envoy's details word where Envoy has one. */

/** A refused message. */
export interface Http1Problem {
  readonly status: number
  readonly detail: string
}

const problem = (status: number, detail: string): Http1Problem => ({ status, detail })

/** Every refusal; the specification of each is in RFC 9112 unless said otherwise. */
export const PROBLEMS = {
  /** 3: not `token SP target SP HTTP/1.x CRLF`. */
  requestLine: problem(400, 'http1.bad_request_line'),
  /** 4: not `HTTP/1.x SP 3DIGIT`. */
  statusLine: problem(502, 'http1.bad_status_line'),
  /** 2.5: HTTP/1.0 unless configured, and every version but 1.1; Envoy has one answer for all of them. */
  lowVersion: problem(426, 'low_version'),
  /** 5.1: no colon, a space before it, an empty or non-token name. */
  fieldName: problem(400, 'http1.bad_header_name'),
  /** 5.2: a line that goes on (obs-fold). */
  folded: problem(400, 'http1.obs_fold'),
  /** 2.2 and RFC 9110 5.5: bare CR, bare LF, NUL or another control byte. */
  invalidCharacters: problem(400, 'http1.invalid_characters'),
  headTooLarge: problem(431, 'http1.headers_too_large'),
  tooManyHeaders: problem(431, 'http1.too_many_headers'),
  /** 3.2: several, or not a host. That there is one at all is for those who route. */
  host: problem(400, 'http.invalid_authority'),
  /** 3.2: not origin-, absolute-, authority- or asterisk-form as the method demands. */
  target: problem(400, 'http1.invalid_url'),
  /** 6.3: both length fields. */
  contentLengthAndChunked: problem(400, 'http1.content_length_and_chunked_not_allowed'),
  contentLength: problem(400, 'http1.unexpected_content_length'),
  /** 6.1: a coding that we do not know, or codings that do not end in `chunked`, once. */
  transferEncoding: problem(501, 'http1.invalid_transfer_encoding'),
  chunk: problem(400, 'http1.bad_chunk'),
  chunkExtensions: problem(413, 'http1.chunk_extensions_too_large'),
  trailers: problem(400, 'http1.bad_trailers'),
  /** A method outside Envoy's list: what no policy can name is not let through. */
  method: problem(400, 'http1.unknown_method'),
  /** RFC 9110 15.3.5: a 204 has no body, so it announces none. */
  bodyWithout: problem(502, 'http1.body_of_204'),
  /** The connection ended inside a response. */
  truncated: problem(502, 'http1.truncated_response'),
  /** A response although nothing was asked, or a 101 nobody wanted. */
  unsolicited: problem(502, 'http1.unsolicited_response'),
  tooManyInformational: problem(502, 'http1.too_many_1xx'),
} as const satisfies Record<string, Http1Problem>
