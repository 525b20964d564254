import { expect, it } from 'vitest'
import { listOfNames } from './suggest.ts'

it.each([
  ['reviews-v9', 'Did you mean reviews-v1.default? There are: cart.a, reviews-v1.default.'],
  ['reviws-v1.default', 'Did you mean reviews-v1.default? There are: cart.a, reviews-v1.default.'],
  ['crat', 'There are: cart.a, reviews-v1.default.'],
  ['nobody', 'There are: cart.a, reviews-v1.default.'],
])('says of %s: %s', (wrong, text) => expect(listOfNames(wrong, ['cart.a', 'reviews-v1.default'])).toBe(text))

it('shows the nearest of many', () => {
  const text = listOfNames('web-7', Array.from({ length: 300 }, (_, i) => `web-${i}.default`))
  expect(text).toMatch(/^Did you mean web-7\.default\? There are: web-7\.default, /)
  expect(text).toMatch(/, and 288 more\.$/)
  expect(text.length).toBeLessThan(300)
})
