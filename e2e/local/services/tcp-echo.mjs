// Sends back every line with a prefix: plain TCP, no HTTP.
import net from 'node:net'

net.createServer((socket) => {
  socket.on('error', () => undefined)
  socket.on('data', (data) => socket.write(`echo ${data}`))
  socket.on('end', () => socket.end())
}).listen(Number(process.env.PORT), '127.0.0.1')
process.on('SIGTERM', () => process.exit(0))
