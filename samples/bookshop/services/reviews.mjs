// Reviews: v1 has no ratings, v2 shows black stars, v3 red ones.
import { get, serve } from './http.mjs'

const version = process.env.VERSION ?? 'v1'
const color = { v2: 'black', v3: 'red' }[version]

serve(`reviews ${version}`, async (request, url) => {
  if (url.pathname === '/health') return { body: { status: 'Reviews is healthy' } }
  const ratings = color ? await get('http://ratings:9080/ratings/0', request).catch((error) => ({ status: 0, text: error.message })) : undefined
  const rating = (reviewer) => {
    if (!ratings) return {}
    const stars = ratings.status === 200 ? ratings.json?.ratings?.[reviewer] : undefined
    return { rating: stars === undefined ? { error: 'Ratings service is currently unavailable' } : { stars, color } }
  }
  return {
    body: {
      id: 0, podname: `reviews-${version}`, version,
      reviews: [
        { reviewer: 'Reviewer1', text: 'Read it in one evening and laughed out loud twice.', ...rating('Reviewer1') },
        { reviewer: 'Reviewer2', text: 'Light, quick, and over too soon.', ...rating('Reviewer2') },
      ],
    },
  }
})
