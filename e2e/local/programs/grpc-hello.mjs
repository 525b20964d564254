// Calls the greeter by grpc-js, which takes http_proxy from the environment and goes through CONNECT.
import grpc from '@grpc/grpc-js'

const client = new grpc.Client(process.argv[2], grpc.credentials.createInsecure())
const bytes = (value) => value
client.makeUnaryRequest('/greeter.Greeter/Hello', bytes, bytes, Buffer.from('grpc-js'), { deadline: Date.now() + 10_000 }, (error, answer) => {
  console.log(JSON.stringify(error ? { status: error.code, body: error.details } : { status: 0, body: String(answer) }))
  client.close()
})
