// GET by node:http.
import http from 'node:http'

http.get(process.argv[2], { headers: { 'user-agent': 'node-http' } }, async (response) => {
  console.log(JSON.stringify({ status: response.statusCode, body: (await response.setEncoding('utf8').toArray()).join('') }))
})
