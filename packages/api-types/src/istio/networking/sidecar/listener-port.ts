/** The port of a Sidecar's listener. */
import { checkPortName, checkProtocol } from '../../../validation/addresses.ts'
import type { Findings } from '../../../validation/findings.ts'
import type { Port } from '../../shared/port.ts'

/** Checks name and protocol of a listener's port; both are optional. */
export function checkListenerPort(port: Port, at: Findings): void {
  if (port.name) checkPortName(port.name, at.at('name'))
  checkProtocol(port.protocol, at.at('protocol'))
}
