/** What istioctl cannot do (codes MESH096x); `commands/local` has its own. */
import { MeshError } from '@istio-ts/foundation'
import { listOfNames } from './suggest.ts'

export const badDump = (origin: string, why: string): MeshError => new MeshError({ code: 'MESH0960', message: `${origin} is not what was expected: ${why}.`, remedy: 'Give the JSON of /config_dump (for endpoints, of /clusters?format=json).' })

export const sectionMissing = (type: string): MeshError => new MeshError({ code: 'MESH0961', message: `config dump has no configuration type type.googleapis.com/envoy.admin.v3.${type}.`, remedy: 'Ask the proxy for the whole dump (for endpoints with ?include_eds).' })

export const nothingFound = (what: string): MeshError => new MeshError({ code: 'MESH0962', message: `no ${what} found.`, remedy: 'The proxy has no configuration yet; look at its log.' })

export const badFormat = (format: string, allowed: string): MeshError => new MeshError({ code: 'MESH0963', message: `output format ${JSON.stringify(format)} not supported.`, remedy: `Use one of ${allowed}.` })

export const needsTarget = (what: string): MeshError => new MeshError({ code: 'MESH0964', message: `${what} requires pod name or --file parameter.`, remedy: 'Name a workload as <name>[.<namespace>], or a dump with -f.' })

export const unknownProxy = (name: string, known: readonly string[]): MeshError => new MeshError({
  code: 'MESH0965',
  message: `There is no workload or gateway ${name} in this mesh.`,
  remedy: known.length === 0 ? 'It has none.' : listOfNames(name, known),
})

export const severalProxies = (name: string, found: readonly string[]): MeshError => new MeshError({ code: 'MESH0966', message: `${name} may be several: ${found.join(', ')}.`, remedy: 'Add the namespace, or name one of them.' })

export const noAnswer = (who: string, address: string, why: string): MeshError => new MeshError({ code: 'MESH0967', message: `${who} does not answer at ${address}: ${why}.`, remedy: 'See `istioctl local status` and `istioctl local logs`.' })

export const meshNotUp = (folder: string): MeshError => new MeshError({ code: 'MESH0968', message: `The mesh of ${folder} is not up.`, remedy: 'Start it with `istioctl local up`, or name another one with --mesh.' })

export const whichMesh = (running: readonly string[]): MeshError => new MeshError({
  code: 'MESH0969',
  message: running.length === 0 ? 'No local mesh is running.' : `Several local meshes are running: ${running.join(', ')}.`,
  remedy: running.length === 0 ? 'Start one with `istioctl local up`.' : 'Name one with --mesh DIR.',
})

export const noSuchFolder = (folder: string): MeshError => new MeshError({ code: 'MESH0978', message: `There is no folder ${folder}.`, remedy: 'Name the folder of a local mesh with --mesh.' })

export const unreadable = (file: string, why: string): MeshError => new MeshError({ code: 'MESH0970', message: `cannot read ${file}: ${why}.`, remedy: 'Check the name and its permissions.' })

export const noFiles = (): MeshError => new MeshError({ code: 'MESH0971', message: "you must specify resources by --filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'.", remedy: 'A folder is fine too.' })

export const badNumber = (flag: string, text: string): MeshError => new MeshError({ code: 'MESH0972', message: `invalid argument ${JSON.stringify(text)} for ${flag}.`, remedy: 'Give a whole number.' })

export const badLevel = (text: string, levels: readonly string[]): MeshError => new MeshError({ code: 'MESH0973', message: `unrecognized logging level: ${text}.`, remedy: `Levels are ${levels.join(', ')}.` })

export const levelWithReset = (): MeshError => new MeshError({ code: 'MESH0974', message: '--level cannot be combined with --reset.', remedy: 'Give one of the two.' })

export const notConnected = (name: string): MeshError => new MeshError({ code: 'MESH0975', message: `${name} is not connected to istiod.`, remedy: 'See `istioctl proxy-status` for those that are.' })

export const rootsDiffer = (one: string, two: string): MeshError => new MeshError({ code: 'MESH0976', message: `Both [${one}] and [${two}] have the non identical ROOTCA, theoretically the connectivity between them is unavailable.`, remedy: 'Let both get certificates from one CA, or share trust bundles.' })
