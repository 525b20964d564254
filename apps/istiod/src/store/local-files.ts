/** What the supervisor tells by files in the state folder: chosen ports and ready processes. */
import { watch, type FSWatcher } from 'node:fs'
import { basename } from 'node:path'
import type { Cancel, Clock } from '@istio-ts/foundation'
import { endpointsFile, portsFile, readLedger, readReadyProcesses } from '@istio-ts/local/node'
import type { LocalFacts } from './resource-store.ts'

/** A dead process's endpoint must go at once: the notice of the system is followed without delay, and missed ones are made up for soon. */
const POLL_MS = 250

/** Watches; calls back with both files whenever one of them changed, first before it returns. */
export function watchLocalFiles(deps: { readonly clock: Clock }, stateDir: string, onChange: (files: LocalFacts) => void): { stop(): void } {
  const names = new Set([basename(portsFile(stateDir)), basename(endpointsFile(stateDir))])
  let told = ''
  let timer: Cancel | undefined
  let watcher: FSWatcher | undefined
  const look = (): void => {
    const files: LocalFacts = { ledger: readLedger(stateDir), ready: readReadyProcesses(stateDir) }
    const text = JSON.stringify([files.ledger, [...files.ready].sort()])
    if (text === told) return
    told = text
    onChange(files)
  }
  const poll = (): void => {
    look()
    timer = deps.clock.after(POLL_MS, poll)
  }
  poll()
  try {
    watcher = watch(stateDir, (_event, name) => {
      if (name === null || names.has(name)) look()
    })
    watcher.on('error', () => watcher?.close())
  } catch {
    // Some file systems cannot be watched; polling finds it out a little later.
  }
  return {
    stop() {
      timer?.()
      watcher?.close()
    },
  }
}
