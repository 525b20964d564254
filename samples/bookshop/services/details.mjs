// Details of a book. With ?flaky=KEY the first answer for a key is 503: something for a retry to hide.
import { serve } from './http.mjs'

const seen = new Set()

serve('details', (request, url) => {
  const key = url.searchParams.get('flaky')
  if (key !== null && !seen.has(key)) {
    seen.add(key)
    return { status: 503, body: { error: 'try again' } }
  }
  return { body: { id: 0, title: 'The Comedy of Errors', author: 'William Shakespeare', year: 1595, type: 'paperback', pages: 200 } }
})
