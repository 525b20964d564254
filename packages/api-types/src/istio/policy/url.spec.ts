/** URLs as Go reads them. */
import { describe, expect, it } from 'vitest'
import { isUrl, parseRequestUri, parseUrl } from './url.ts'

describe('parseUrl', () => {
  it.each([
    ['https://foo.com/cert', { scheme: 'https', host: 'foo.com', port: '' }],
    ['HTTPS://foo.com:8443?x=1#y', { scheme: 'https', host: 'foo.com', port: '8443' }],
    ['http://[2001:db8::1]:80/', { scheme: 'http', host: '[2001:db8::1]', port: '80' }],
    ['http://user:pass@foo.com/', { scheme: 'http', host: 'foo.com', port: '' }],
    ['foo.com', { scheme: '', host: '', port: '' }],
    ['/path', { scheme: '', host: '', port: '' }],
    ['oci://registry.example/a@sha256:1', { scheme: 'oci', host: 'registry.example', port: '' }],
    ['mailto:a@b', { scheme: 'mailto', host: '', port: '' }],
    ['http://foo.com:', { scheme: 'http', host: 'foo.com', port: '' }],
  ])('reads %s', (text, parts) => expect(parseUrl(text)).toEqual(parts))

  it.each(['https://foo.com:not-a-number', 'http://a b/', ':no-scheme', 'http://[::1', 'http://a/%zz', 'a:b/c:d\u0000', 'http://a<b>/'])('refuses %j', (text) => expect(parseUrl(text)).toBeUndefined())
})

describe('isUrl', () => {
  it.each(['http://a', '/a/b', 'file:///x', '*'])('takes %s', (text) => expect(isUrl(text)).toBe(true))
  it.each(['', 'a/b', 'a b'])('refuses %j', (text) => expect(isUrl(text)).toBe(false))
  it('takes a host with a port for a scheme, as Go does', () => expect(parseRequestUri('registry.example:5000/a')?.scheme).toBe('registry.example'))
})
