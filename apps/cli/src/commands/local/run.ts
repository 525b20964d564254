/** The work of `istioctl local`, loaded when one of its commands is used. */
export { up } from './up.ts'
export { status } from './status.ts'
export { logs } from './logs.ts'
export { down } from './down.ts'
export { superviseFolder } from './supervise.ts'
