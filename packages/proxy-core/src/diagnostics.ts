/** What can be wrong with configuration that arrives by xDS; codes MESH0710-0749. */
import type { Diagnostic } from '@istio-ts/foundation'

/** Makes a finding about one xDS resource. `where` is `Listener 0.0.0.0_80`, `path` a field inside it. */
const finding = (code: string, where: string, path: string, message: string, remedy: string): Diagnostic =>
  ({ code, severity: 'error', path: `${where}: ${path}`, message, remedy })

/** MESH0710: an extension that this proxy does not know. */
export const unknownExtension = (where: string, path: string, name: string, type: string): Diagnostic =>
  finding('MESH0710', where, path, `extension ${name} of type ${type} is not known here. The whole update is rejected.`, 'Remove the extension, or mark it optional.')

/** MESH0711: a field that is required or has a value that cannot be used. */
export const badField = (where: string, path: string, why: string): Diagnostic =>
  finding('MESH0711', where, path, `${why}. The whole update is rejected.`, 'Correct the field.')

/** MESH0712: a regular expression that RE2 refuses, or that is longer than 1024 characters. */
export const badRegex = (where: string, path: string, regex: string, why: string): Diagnostic =>
  finding('MESH0712', where, path, `regular expression ${JSON.stringify(regex.slice(0, 80))} is refused: ${why}.`, 'Use RE2 syntax and at most 1024 characters.')

/** MESH0713: two resources of one update share a name. */
export const duplicateName = (where: string, name: string): Diagnostic =>
  finding('MESH0713', where, 'name', `the name ${JSON.stringify(name)} appears twice in one update.`, 'Give each resource its own name.')

/** MESH0714: two virtual hosts claim one domain. */
export const duplicateDomain = (where: string, domain: string): Diagnostic =>
  finding('MESH0714', where, 'virtualHosts', `the domain ${JSON.stringify(domain)} belongs to two virtual hosts.`, 'Keep it in one of them.')

/** MESH0715: two filter chains match the same connections. */
export const duplicateChain = (where: string, name: string): Diagnostic =>
  finding('MESH0715', where, 'filterChains', `filter chain ${JSON.stringify(name)} has the same match as another one.`, 'Make the matches differ.')

/** MESH0716: an access log format that cannot be parsed. */
export const badLogFormat = (where: string, path: string, command: string): Diagnostic =>
  finding('MESH0716', where, path, `access log command ${command} is not known.`, 'Use a command operator that Envoy documents.')

/** The text of a NACK: every problem, one per line. */
export const nackDetail = (problems: readonly Diagnostic[]): string =>
  problems.map((problem) => `${problem.code} ${problem.path ?? ''}: ${problem.message} ${problem.remedy}`).join('\n')
