/** %START_TIME% with Envoy's subset of strftime. */

/** ISO 8601 with milliseconds when no format is given. UTC throughout. */
export function formatStartTime(epochMs: number, format: string): string {
  const date = new Date(epochMs)
  if (format === '') return date.toISOString()
  const pad = (value: number, width = 2): string => String(value).padStart(width, '0')
  const fraction = pad(date.getUTCMilliseconds(), 3)
  return format.replace(/%(\d?)([a-zA-Z%])/g, (whole, digits: string, code: string) => {
    switch (code) {
      case 'Y': return String(date.getUTCFullYear())
      case 'm': return pad(date.getUTCMonth() + 1)
      case 'd': return pad(date.getUTCDate())
      case 'H': return pad(date.getUTCHours())
      case 'M': return pad(date.getUTCMinutes())
      case 'S': return pad(date.getUTCSeconds())
      case 'F': return date.toISOString().slice(0, 10)
      case 'T': return date.toISOString().slice(11, 19)
      case 's': return String(Math.floor(epochMs / 1000))
      case 'z': return '+0000'
      case 'Z': return 'UTC'
      case 'f': return fraction.padEnd(9, '0').slice(0, digits === '' ? 9 : Number(digits))
      case '%': return '%'
      default: return whole
    }
  })
}
