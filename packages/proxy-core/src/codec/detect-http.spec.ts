/** The first bytes tell the protocol, in any segmentation. */
import { describe, expect, it } from 'vitest'
import { detectHttp } from './detect-http.ts'
import { bytesOf } from './testdata/recording-stream.ts'

describe('detectHttp', () => {
  it.each([
    ['GET / HTTP/1.1\r\n', 'http/1.1'],
    ['M-SEARCH * HTTP/1.0\r\n', 'http/1.0'],
    ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'h2c'],
    ['PRI /x HTTP/1.1\r\n', 'http/1.1'],
    ['\x16\x03\x01\x02\x00\x01', 'not-http'],
    ['SSH-2.0-OpenSSH\r\n', 'not-http'],
    ['*1\r\n$4\r\nPING\r\n', 'not-http'],
    ['\x00\x00\x00\x08\x04\xd2\x16\x2f', 'not-http'],
    ['GET / HTTP/2.0\r\n', 'not-http'],
    [`${'A'.repeat(40)} / HTTP/1.1`, 'not-http'],
    [`GET /${'a'.repeat(9000)}`, 'not-http'],
  ] as const)('%j', (text, expected) => {
    const bytes = bytesOf(text)
    expect(detectHttp(bytes)).toBe(expected)
    // Every beginning gives either the same answer or none yet.
    for (let end = 0; end < Math.min(bytes.length, 64); end++) expect(['need-more', expected]).toContain(detectHttp(bytes, 0, end))
  })
})
