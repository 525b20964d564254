// Ratings by reviewer.
import { serve } from './http.mjs'

serve('ratings', (request, url) => (url.pathname === '/health' ? { body: { status: 'Ratings is healthy' } } : { body: { id: 0, ratings: { Reviewer1: 5, Reviewer2: 4 } } }))
