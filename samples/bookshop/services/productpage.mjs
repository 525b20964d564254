// The page: asks details and reviews, and shows both. /api/ratings asks ratings itself, which the mesh denies.
import { get, serve } from './http.mjs'

serve('productpage', async (request, url) => {
  if (url.pathname === '/health') return { body: { status: 'healthy' } }
  if (url.pathname === '/api/ratings') {
    const ratings = await get('http://ratings:9080/ratings/0', request)
    return { status: ratings.status, body: ratings.json ?? { error: ratings.text } }
  }
  if (url.pathname === '/api/details') {
    const details = await get(`http://details:9080/details/0${url.search}`, request)
    return { status: details.status, body: details.json ?? { error: details.text } }
  }
  const [details, reviews] = await Promise.all([get('http://details:9080/details/0', request), get('http://reviews:9080/reviews/0', request)])
  if (url.pathname.startsWith('/api/')) return { body: { details: details.json, reviews: reviews.json, statuses: { details: details.status, reviews: reviews.status } } }
  return { type: 'text/html; charset=utf-8', body: page(details, reviews) }
})

function page(details, reviews) {
  const list = (reviews.json?.reviews ?? []).map((review) => `<li>${review.text} <em>${review.reviewer}</em> ${review.rating ? stars(review.rating) : ''}</li>`).join('')
  return `<!doctype html><title>Bookshop</title><h1>${details.json?.title ?? 'Details are not available'}</h1>
<p>by ${details.json?.author ?? '?'}</p><h2>Reviews${reviews.json ? ` (served by ${reviews.json.podname})` : ' are not available'}</h2><ul>${list}</ul>\n`
}

const stars = ({ stars: count, color, error }) => (error ? `<small>${error}</small>` : `<span style="color:${color}">${'\u2605'.repeat(count)}${'\u2606'.repeat(5 - count)}</span>`)
