/** %START_TIME% with Envoy's subset of strftime. */

/** A formatter that makes the text of a second once; lines of one second differ in their milliseconds alone. */
export function isoTimes(): (epochMs: number) => string {
  let second = -1
  let prefix = ''
  return (epochMs) => {
    const now = Math.floor(epochMs / 1000)
    if (now !== second) {
      second = now
      prefix = new Date(now * 1000).toISOString().slice(0, 20)
    }
    const ms = Math.floor(epochMs) - now * 1000
    return `${prefix}${ms < 10 ? '00' : ms < 100 ? '0' : ''}${ms}Z`
  }
}

/** A time in a format of its own. UTC throughout. */
export function formatStartTime(epochMs: number, format: string): string {
  const date = new Date(epochMs)
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
