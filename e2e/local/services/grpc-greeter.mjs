// A gRPC server over plain HTTP/2: /greeter.Greeter/Hello answers its bytes with a prefix, /greeter.Greeter/Count streams three answers.
import grpc from '@grpc/grpc-js'

const bytes = { requestSerialize: (value) => value, requestDeserialize: (value) => value, responseSerialize: (value) => value, responseDeserialize: (value) => value }
const server = new grpc.Server()
server.addService(
  {
    hello: { path: '/greeter.Greeter/Hello', requestStream: false, responseStream: false, ...bytes },
    count: { path: '/greeter.Greeter/Count', requestStream: false, responseStream: true, ...bytes },
    fail: { path: '/greeter.Greeter/Fail', requestStream: false, responseStream: false, ...bytes },
  },
  {
    hello: (call, done) => done(null, Buffer.from(`hello ${call.request} from ${process.env.VERSION ?? 'v1'}`)),
    count: (call) => {
      for (const n of [1, 2, 3]) call.write(Buffer.from(String(n)))
      call.end()
    },
    fail: (call, done) => done({ code: grpc.status.FAILED_PRECONDITION, details: 'not today' }),
  },
)
server.bindAsync(`127.0.0.1:${process.env.PORT}`, grpc.ServerCredentials.createInsecure(), (error) => {
  if (error) throw error
})
process.on('SIGTERM', () => process.exit(0))
