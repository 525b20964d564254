/** A log is read whole and in order, while it grows, is put aside or emptied. */
import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { tailFile, type FileTail } from './tail-file.ts'

let folder = ''
let file = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tail-'))
  file = join(folder, 'x.log')
})
afterEach(() => rmSync(folder, { recursive: true }))

const all = (tail: FileTail, atEnd = false): string => [...tail.read(atEnd)].join('')

it('gives whole lines only, in pieces that cut neither lines nor letters', () => {
  const text = Array.from({ length: 50 }, (_, i) => `zeile ${i} mit ü und \u{1f600}\n`).join('')
  writeFileSync(file, `${text}half`)
  const tail = tailFile(file, 7)
  const pieces = [...tail.read(false)]
  expect(pieces.length).toBeGreaterThan(10)
  expect(pieces.join('')).toBe(text)
  expect(pieces.every((piece) => piece.endsWith('\n'))).toBe(true)
  appendFileSync(file, ' done\n')
  expect(all(tail)).toBe('half done\n')
})

it('gives a last line without its end where nothing more is waited for', () => {
  writeFileSync(file, 'a\nb')
  expect(all(tailFile(file), true)).toBe('a\nb\n')
})

it('waits for a file that is not there yet', () => {
  const tail = tailFile(file)
  expect(all(tail)).toBe('')
  writeFileSync(file, 'now\n')
  expect(all(tail)).toBe('now\n')
})

it('reads what was written before the file was put aside, then the new one', () => {
  writeFileSync(file, 'one\n')
  const tail = tailFile(file)
  expect(all(tail)).toBe('one\n')
  appendFileSync(file, 'two\n')
  renameSync(file, `${file}.1`)
  writeFileSync(file, 'three\n')
  expect(all(tail)).toBe('two\nthree\n')
  appendFileSync(file, 'four\n')
  expect(all(tail)).toBe('four\n')
})

it('begins anew in a file that was emptied', () => {
  writeFileSync(file, 'a long first line\n')
  const tail = tailFile(file)
  all(tail)
  truncateSync(file)
  expect(all(tail)).toBe('')
  appendFileSync(file, 'new\n')
  expect(all(tail)).toBe('new\n')
})

it('passes over what is there, if there is something', () => {
  const later = tailFile(join(folder, 'later.log'))
  later.skip()
  writeFileSync(file, 'old\nhalf')
  const tail = tailFile(file)
  tail.skip()
  expect(all(tail)).toBe('')
  appendFileSync(file, ' done\nnew\n')
  expect(all(tail)).toBe(' done\nnew\n')
  writeFileSync(join(folder, 'later.log'), 'first\n')
  expect(all(later)).toBe('first\n')
})
