// Gets what the tests run against and npm cannot bring: Debian packages (as root), a real Envoy, a real kube-apiserver with kubectl, the
// Gateway API's own CRDs, h2spec.
// Large things live in a versioned cache outside the clone. Each step says in one line what it could not get; nothing here fails the run:
// a test that lacks its peer says so itself, and fails where MESH_REQUIRE_ALL=1 (.ci/run).
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, statfsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
export const cacheFolder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'istio-ts')
export const KUBE_VERSION = '1.36.4'
export const ENVOY_VERSION = '1.40.0'
export const GATEWAY_API_VERSION = '1.6.0'

const say = (text) => console.error(`prepare: ${text}`)
const has = (command) => (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, command))) || existsSync(`/usr/sbin/${command}`)

function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
    let [output, errors] = ['', '']
    child.stdout?.on('data', (data) => (output += data))
    child.stderr?.on('data', (data) => (errors = `${errors}${data}`.slice(-2000)))
    child.on('error', (error) => resolve({ ok: false, output, errors: error.message }))
    child.on('close', (code) => resolve({ ok: code === 0, output, errors }))
  })
}

const lastLine = (text) => text.trim().split('\n').at(-1)

const PACKAGES = { etcd: 'etcd-server', haproxy: 'haproxy', nginx: 'nginx', wrk: 'wrk', h2load: 'nghttp2-client', curl: 'curl', openssl: 'openssl' }

/** Debian packages: peers of benchmarks, clients and servers of tests. */
export async function prepareDebian() {
  const missing = Object.entries(PACKAGES).filter(([command]) => !has(command)).map(([, name]) => name)
  if (missing.length === 0) return
  if (process.getuid?.() !== 0 || !has('apt-get')) return say(`not installed: ${missing.join(', ')} (needs root and apt-get); tests that use them are skipped`)
  say(`installing ${missing.join(', ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  await run('apt-get', ['update', '-qq'], { env })
  const result = await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { env })
  if (!result.ok) say(`apt-get could not install ${missing.join(', ')}: ${lastLine(result.errors)}`)
}

/** A real Envoy, into the cache folder. */
export async function prepareEnvoy() {
  const binary = join(cacheFolder, `envoy-${ENVOY_VERSION}`, 'envoy')
  if (existsSync(binary)) return
  if (!existsSync(join(root, 'apps/proxy/dist/bundle/main.js'))) return say('Envoy is not fetched: run `npm run prepare` first')
  const result = await run(process.execPath, [join(root, 'apps/proxy/bin/proxy.js'), 'fetch-envoy'], { stdio: ['ignore', 'ignore', 'inherit'] })
  if (!result.ok) say(`Envoy ${ENVOY_VERSION} could not be fetched; tests with a real Envoy are skipped`)
}

async function goProgram(name, folder, args, { version, neededGiB = 5 }) {
  const target = join(cacheFolder, folder)
  if (existsSync(join(target, name))) return
  if (!has('go')) return say(`${name} ${version} needs Go to be built once; tests that use it are skipped`)
  mkdirSync(target, { recursive: true })
  const { bavail, bsize } = statfsSync(target)
  if ((bavail * bsize) / 2 ** 30 < neededGiB) return say(`${name} ${version} is not built: less than ${neededGiB} GiB of disk is free`)
  const building = join(target, `.building-${process.pid}`)
  const started = Date.now()
  say(`building ${name} ${version} once, into ${target} (some minutes)`)
  const progress = setInterval(() => say(`... still building ${name} (${Math.round((Date.now() - started) / 1000)} s)`), 30_000)
  const result = await run('go', args(building), { cwd: join(root, 'e2e/kube'), env: { ...process.env, CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOBIN: building, GOFLAGS: '' } })
  clearInterval(progress)
  if (result.ok) renameSync(join(building, name), join(target, name))
  rmSync(building, { recursive: true, force: true })
  say(result.ok ? `built ${name} in ${Math.round((Date.now() - started) / 1000)} s` : `${name} ${version} could not be built: ${lastLine(result.errors)}`)
}

const KUBE_FLAGS = [
  'build', '-p', '2', '-trimpath',
  '-ldflags', `-s -w -X k8s.io/component-base/version.gitVersion=v${KUBE_VERSION} -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=36`,
]

/** A program of Kubernetes; both come from one module, so that they share what is compiled. */
const kubeProgram = (name) => goProgram(name, `kube/v${KUBE_VERSION}`, (out) => [...KUBE_FLAGS, '-o', `${out}/`, `k8s.io/kubernetes/cmd/${name}`], { version: KUBE_VERSION })

const h2spec = () => goProgram('h2spec', 'h2spec', () => ['install', 'github.com/summerwind/h2spec/cmd/h2spec@v2.2.1+incompatible'], { version: '2.2.1', neededGiB: 1 })

/** The CRDs and examples of the Gateway API, as its Go module has them. */
async function gatewayApi() {
  const target = join(cacheFolder, `gateway-api-${GATEWAY_API_VERSION}`)
  if (existsSync(target)) return
  if (!has('go')) return say(`the CRDs of the Gateway API ${GATEWAY_API_VERSION} are fetched by Go; tests that use them are skipped`)
  const fetched = await run('go', ['mod', 'download', '-json', `sigs.k8s.io/gateway-api@v${GATEWAY_API_VERSION}`], { cwd: join(root, 'e2e/kube'), env: { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '-mod=mod' } })
  if (!fetched.ok) return say(`the CRDs of the Gateway API ${GATEWAY_API_VERSION} could not be fetched: ${lastLine(fetched.errors || fetched.output)}`)
  const folder = JSON.parse(fetched.output).Dir
  const making = `${target}.making-${process.pid}`
  cpSync(join(folder, 'config/crd/experimental'), join(making, 'crds'), { recursive: true })
  cpSync(join(folder, 'examples'), join(making, 'examples'), { recursive: true })
  renameSync(making, target)
}

/** Everything; independent things side by side, the Go builds one after the other. */
export async function prepareTools() {
  mkdirSync(cacheFolder, { recursive: true })
  await Promise.all([prepareDebian(), prepareEnvoy(), (async () => { await gatewayApi(); await h2spec(); await kubeProgram('kube-apiserver'); await kubeProgram('kubectl') })()])
}

if (import.meta.main) await prepareTools()
