/** What a route matches, in a few characters. */
import { at, textOf, type Fields } from '../../dump/json-value.ts'

/** The path of a match; headers and query are not shown. */
export function describeMatch(match: Fields): string {
  const parts: string[] = []
  if (match['prefix']) parts.push(`${textOf(match['prefix'])}*`)
  if (match['pathSeparatedPrefix']) parts.push(`PathPrefix:${textOf(match['pathSeparatedPrefix'])}`)
  if (match['path']) parts.push(textOf(match['path']))
  if (match['safeRegex']) parts.push(`regex ${textOf(at(match, 'safeRegex', 'regex'))}`)
  if (match['pathMatchPolicy']) parts.push(`template ${textOf(at(match, 'pathMatchPolicy', 'typedConfig', 'pathTemplate'))}`)
  if (match['connectMatcher']) parts.push('CONNECT')
  return parts.join(' ')
}
