/** Why a mesh on one machine cannot be supervised (codes MESH081x). */
import { MeshError } from '@istio-ts/foundation'

export const alreadySupervised = (pid: number): MeshError => new MeshError({
  code: 'MESH0810', message: `The mesh is supervised already, by process ${pid}.`, remedy: 'Use `istioctl local status`, or take it down first.',
})

export const noUsableMesh = (folder: string): MeshError => new MeshError({
  code: 'MESH0811', message: `The folder ${folder} has no usable LocalMesh.`, remedy: 'Add a resource of kind LocalMesh, or correct the one that is there.',
})

export const noFreePorts = (): MeshError => new MeshError({
  code: 'MESH0812', message: 'There are no free ports between 20000 and 32000 on loopback.', remedy: 'End programs that hold ports there.',
})

export const stateFolderUnusable = (folder: string, why: string): MeshError => new MeshError({
  code: 'MESH0813', message: `The state folder ${folder} cannot be made: ${why}.`, remedy: 'Make it writable for you, or name another place with XDG_STATE_HOME.',
})
