/** HPACK: what one side encodes the other decodes, within bounds, and RFC 7541's own examples. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteWriter } from '../../bytes/byte-writer.ts'
import { bytesOf, textOf } from '../../testdata/recording-stream.ts'
import { HpackDecoder } from './decoder.ts'
import { HpackEncoder } from './encoder.ts'
import { decodeHuffman, encodeHuffman } from './huffman.ts'

const WIDE = { maxBytes: 1e9, maxFields: 1e6 }
const hex = (text: string): Uint8Array => Uint8Array.from(text.replace(/\s/g, '').match(/../g) ?? [], pair => parseInt(pair, 16))

function encode(encoder: HpackEncoder, fields: readonly (readonly [string, string])[], sensitive = false): Uint8Array {
  const writer = new ByteWriter(16)
  encoder.begin(writer)
  for (const [name, value] of fields) encoder.field(writer, name, value, sensitive)
  return writer.bytes.slice(0, writer.length)
}

const name = fc.constantFrom(':path', ':method', 'accept', 'cookie', 'x-request-id', 'x-long-name-of-ours', 'authorization', 'content-type', 'a')
const value = fc.oneof(fc.constantFrom('GET', '/', 'gzip, deflate', '1', ''), fc.string({ unit: 'grapheme-ascii', maxLength: 60 }).map(text => text.trim()), fc.constantFrom('v'.repeat(5000)))
const list = fc.array(fc.tuple(name, value), { maxLength: 12 })

describe('HPACK', () => {
  it('decodes what was encoded, block after block, also when the table changes its size', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(list, fc.option(fc.integer({ min: 0, max: 8192 }))), { maxLength: 12 }), blocks => {
        const encoder = new HpackEncoder()
        const decoder = new HpackDecoder(WIDE)
        for (const [fields, tableSize] of blocks) {
          if (tableSize !== null) encoder.setPeerLimit(tableSize)
          const block = encode(encoder, fields)
          expect(decoder.decode(block, 0, block.length)).toBe(true)
          expect(decoder.pairs).toEqual(fields.flat())
        }
      }),
    )
  })

  it('says both sizes when the table was shrunk and grown between two blocks', () => {
    const encoder = new HpackEncoder()
    encode(encoder, [['a', '1']])
    encoder.setPeerLimit(0)
    encoder.setPeerLimit(4096)
    const block = encode(encoder, [['a', '1']])
    expect([...block.slice(0, 4)]).toEqual([0x20, 0x3f, 0xe1, 0x1f])
    expect(block[4]).toBe(0x40) // not an index: the entry was evicted
  })

  it('uses one byte for a field that was sent before', () => {
    const encoder = new HpackEncoder()
    encode(encoder, [['x-team', 'mesh']])
    expect(encode(encoder, [['x-team', 'mesh'], [':method', 'GET']])).toHaveLength(2)
  })

  it('keeps secrets out of the table and marks them for every hop', () => {
    const encoder = new HpackEncoder()
    const decoder = new HpackDecoder(WIDE)
    for (let i = 0; i < 2; i++) {
      const block = encode(encoder, [['authorization', 'Bearer x'], ['cookie', 'pin=1234'], ['x', 'y']])
      decoder.decode(block, 0, block.length)
      expect(decoder.sensitive).toEqual(['authorization', 'cookie'])
    }
    const forwarded = encode(new HpackEncoder(), [['x-secret', 's']], true)
    expect(forwarded[0]).toBe(0x10)
  })

  it('decodes the examples of RFC 7541 C.4 and C.6', () => {
    const requests = new HpackDecoder(WIDE)
    const firsts = ['8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff', '8286 84be 5886 a8eb 1064 9cbf', '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf']
    const seen = firsts.map(text => {
      const block = hex(text)
      expect(requests.decode(block, 0, block.length)).toBe(true)
      return requests.pairs
    })
    expect(seen[2]).toEqual([':method', 'GET', ':scheme', 'https', ':path', '/index.html', ':authority', 'www.example.com', 'custom-key', 'custom-value'])
    expect(seen[1]?.slice(-2)).toEqual(['cache-control', 'no-cache'])
    const response = hex('4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3')
    const responses = new HpackDecoder(WIDE)
    expect(responses.decode(response, 0, response.length)).toBe(true)
    expect(responses.pairs).toEqual([':status', '302', 'cache-control', 'private', 'date', 'Mon, 21 Oct 2013 20:13:21 GMT', 'location', 'https://www.example.com'])
  })

  it.each([
    ['index 0', '80'],
    ['an index beyond the table', 'ff 80 01'],
    ['a name index beyond the table', '7f 80 01 01 61'],
    ['a table larger than allowed', '3f e2 1f'],
    ['a size update after a field', '82 20'],
    ['a cut string', '40 05 61'],
    ['a cut integer', 'ff ff'],
    ['an endless integer', 'ff ff ff ff ff ff ff ff 01'],
    ['zero padding of a Huffman string', '40 81 00 01 61'],
    ['EOS in a Huffman string', '40 84 ff ff ff ff 01 61'],
    ['a whole byte of padding', '40 82 1f ff 01 61'],
  ])('%s is an error of the connection', (_title, text) => {
    const block = hex(text)
    expect(new HpackDecoder(WIDE).decode(block, 0, block.length)).toBe(false)
  })

  it('counts indexed fields too, and keeps nothing beyond the limit (CVE-2026-47774)', () => {
    const decoder = new HpackDecoder({ maxBytes: 60 * 1024, maxFields: 100 })
    const big = encode(new HpackEncoder(), [['cookie', 'c'.repeat(3900)]])
    expect(decoder.decode(big, 0, big.length)).toBe(true)
    const bomb = new Uint8Array(8000).fill(0xbe)
    expect(decoder.decode(bomb, 0, bomb.length)).toBe(true)
    expect(decoder.tooLarge).toBe(true)
    expect(decoder.pairs.join('').length).toBeLessThan(61 * 1024)
    const more = encode(new HpackEncoder(), Array.from({ length: 101 }, () => [':method', 'GET']))
    decoder.decode(more, 0, more.length)
    expect(decoder.tooLarge).toBe(true)
  })

  it('spots bytes that no field may hold, also when the table repeats them', () => {
    for (const [field, bad] of [
      [['x-a', 'b\r\nc'], true],
      [['x-a', 'b\0'], true],
      [['x-a', ' b'], true],
      [['X-A', 'b'], true],
      [['x a', 'b'], true],
      [['', 'b'], true],
      [['x-a', 'b c\xe9'], false],
    ] as const) {
      const decoder = new HpackDecoder(WIDE)
      const block = encode(new HpackEncoder(), [[field[0], field[1]]])
      expect(decoder.decode(block, 0, block.length)).toBe(true)
      expect([field, decoder.malformed]).toEqual([field, bad])
      decoder.decode(Uint8Array.of(0xbe), 0, 1)
      expect([field, decoder.malformed]).toEqual([field, bad])
    }
  })

  it('never throws on garbage', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        const decoder = new HpackDecoder({ maxBytes: 4096, maxFields: 100 })
        expect(typeof decoder.decode(bytes, 0, bytes.length)).toBe('boolean')
      }),
      { numRuns: 1000 },
    )
  })
})

describe('Huffman', () => {
  it('round-trips any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        const coded = encodeHuffman(bytes)
        const out = new Uint8Array(coded.length * 2)
        const length = decodeHuffman(coded, 0, coded.length, out)
        expect(out.slice(0, length)).toEqual(bytes)
      }),
    )
  })

  it('spells www.example.com as RFC 7541 C.4.1 does', () => {
    expect(encodeHuffman(bytesOf('www.example.com'))).toEqual(hex('f1e3 c2e5 f23a 6ba0 ab90 f4ff'))
    const out = new Uint8Array(32)
    expect(textOf(out.slice(0, decodeHuffman(hex('f1e3 c2e5 f23a 6ba0 ab90 f4ff'), 0, 12, out)))).toBe('www.example.com')
  })
})
