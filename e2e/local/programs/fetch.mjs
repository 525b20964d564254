// GET by fetch, as a program that knows nothing of proxies: NODE_USE_ENV_PROXY sends it through CONNECT.
const response = await fetch(process.argv[2], { headers: { 'user-agent': 'fetch' } })
console.log(JSON.stringify({ status: response.status, body: await response.text() }))
