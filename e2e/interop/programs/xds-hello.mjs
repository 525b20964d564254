// A gRPC client without a sidecar: grpc-js-xds asks istiod itself where the service is (GRPC_XDS_BOOTSTRAP), and calls it some times.
// With XDS_SECURITY istiod also says whether and how to use TLS.
import grpc from '@grpc/grpc-js'
import { register, XdsChannelCredentials } from '@grpc/grpc-js-xds'

register()
const plain = grpc.credentials.createInsecure()
const client = new grpc.Client(process.argv[2], process.env.XDS_SECURITY ? new XdsChannelCredentials(plain) : plain)
const bytes = (value) => value
const hello = (name) => new Promise((resolve, reject) => {
  client.makeUnaryRequest('/greeter.Greeter/Hello', bytes, bytes, Buffer.from(name), { deadline: Date.now() + 10_000 }, (error, answer) => (error ? reject(error) : resolve(String(answer))))
})
try {
  const answers = []
  for (let i = 0; i < Number(process.argv[3] ?? 3); i++) answers.push(await hello('xds'))
  console.log(JSON.stringify({ answers }))
} catch (error) {
  console.log(JSON.stringify({ code: error.code, details: error.details }))
}
client.close()
// The client of istiod keeps its connection for the whole process.
process.exit(0)
