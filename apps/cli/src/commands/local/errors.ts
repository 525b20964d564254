/** What `istioctl local` cannot do (codes MESH09xx). */
import { MeshError } from '@istio-ts/foundation'
import { listOfNames } from '../../suggest.ts'

export const noLocalMesh = (folder: string): MeshError => new MeshError({ code: 'MESH0901', message: `${folder} holds no LocalMesh.`, remedy: 'Name its folder with -f.' })

export const whichMesh = (running: readonly string[]): MeshError => new MeshError({
  code: 'MESH0902',
  message: running.length === 0 ? 'The current folder holds no LocalMesh, and no local mesh is running.' : `The current folder holds no LocalMesh, and several are running: ${running.join(', ')}.`,
  remedy: running.length === 0 ? 'Name a folder with -f.' : 'Name one with -f.',
})

export const notUp = (folder: string): MeshError => new MeshError({ code: 'MESH0903', message: `The mesh of ${folder} is not up.`, remedy: 'Start it with `istioctl local up`.' })

export const unknownWorkload = (name: string, known: readonly string[]): MeshError => new MeshError({ code: 'MESH0904', message: `There is no workload ${name}.`, remedy: known.length === 0 ? 'There are none yet.' : listOfNames(name, [...known, 'istiod', 'supervisor']) })

export const severalWorkloads = (name: string, found: readonly string[]): MeshError => new MeshError({ code: 'MESH0911', message: `${name} may be several: ${found.join(', ')}.`, remedy: 'Add the namespace.' })

export const noSuchFolder = (folder: string): MeshError => new MeshError({ code: 'MESH0912', message: `There is no folder ${folder}.`, remedy: 'Name the folder of a mesh with -f (to follow logs, write --follow).' })

export const badDuration = (text: string): MeshError => new MeshError({ code: 'MESH0905', message: `${text} is no duration.`, remedy: 'Write one as 30s or 2m.' })

export const netnsLater = (): MeshError => new MeshError({ code: 'MESH0906', message: '--netns is not supported yet.', remedy: 'Leave it out: processes then call others through HTTP_PROXY and service variables.' })

export const badOutput = (format: string): MeshError => new MeshError({ code: 'MESH0907', message: `There is no output format ${format} here.`, remedy: 'Use -o json, or leave it out for a table.' })

export const unusableMesh = (folder: string, findings: readonly string[]): MeshError => new MeshError({ code: 'MESH0908', message: `The LocalMesh in ${folder} cannot be used:\n  ${findings.join('\n  ')}\n`, remedy: 'Correct it and try again.' })

export const takenDown = (name: string): MeshError => new MeshError({ code: 'MESH0910', message: `${name} was taken down while it came up.`, remedy: 'Start it again with `istioctl local up`.' })

export const supervisorFailed = (log: string, tail: string): MeshError => new MeshError({ code: 'MESH0909', message: `The supervisor ended: ${tail}`, remedy: `See ${log}.` })
