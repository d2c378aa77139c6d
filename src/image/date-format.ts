/** Dates in the notation of Moment.js (momentjs.com/docs/#/displaying/format), which docker/metadata-action uses. */

const months = 'January February March April May June July August September October November December'.split(' ')
const weekdays = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')
const day = 86_400_000

// The order is that of Moment.js: the first that fits is taken.
const tokens =
  /\[[^[\]]*\]|\\.|[Hh]mm(?:ss)?|Mo|MM?M?M?|Do|DDDo|DD?D?D?|ddd?d?|do|wo|ww?|Wo|WW?|Qo?|N{1,5}|YYYYYY|YYYYY|YYYY|YY|y{1,4}o?|Y|gg(?:ggg?)?|GG(?:GGG?)?|e|E|a|A|hh?|HH?|kk?|mm?|ss?|S{1,9}|x|X|zz?|ZZ?|LTS|LT|LL?L?L?|l{1,4}|./gs

/** The first token of a format that has no value here: eras, and abbreviations of time zones other than UTC. */
export function unknownDateToken(format: string, timeZone = 'UTC'): string | undefined {
  const refused = timeZone.toUpperCase() === 'UTC' ? /^(?:N+|y+o?)$/ : /^(?:N+|y+o?|zz?)$/
  return format.match(tokens)?.find((token) => refused.test(token))
}

/** True for the name of a time zone that this Node.js knows, such as `Europe/Berlin`. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined
  } catch {
    return false
  }
}

/** A time (milliseconds since 1970) in a format and a time zone. Without a zone it is UTC. */
export function formatDate(time: number, format: string, timeZone = 'UTC'): string {
  const offset = offsetOf(time, timeZone)
  const local = new Date(time + offset)
  const parts = { time, local, offset }
  return (format.match(tokens) ?? []).map((token) => tokenText(token, parts)).join('')
}

interface Parts {
  readonly time: number
  /** Its UTC fields are those of the time zone. */
  readonly local: Date
  /** Milliseconds. */
  readonly offset: number
}

const shortcuts: Readonly<Record<string, string>> = {
  LT: 'h:mm A',
  LTS: 'h:mm:ss A',
  L: 'MM/DD/YYYY',
  LL: 'MMMM D, YYYY',
  LLL: 'MMMM D, YYYY h:mm A',
  LLLL: 'dddd, MMMM D, YYYY h:mm A',
  l: 'M/D/YYYY',
  ll: 'MMM D, YYYY',
  lll: 'MMM D, YYYY h:mm A',
  llll: 'ddd, MMM D, YYYY h:mm A',
}

function tokenText(token: string, parts: Parts): string {
  if (token.startsWith('[') && token.endsWith(']')) return token.slice(1, -1)
  if (token.startsWith('\\') && token.length > 1) return token.slice(1)
  const shortcut = shortcuts[token]
  if (shortcut !== undefined) return (shortcut.match(tokens) ?? []).map((part) => tokenText(part, parts)).join('')
  if (/^S+$/.test(token)) return pad(parts.local.getUTCMilliseconds(), 3).padEnd(9, '0').slice(0, token.length)
  return dateTokens(parts)[token] ?? timeTokens(parts)[token] ?? token
}

function dateTokens({ local }: Parts): Readonly<Record<string, string>> {
  const [year, month, date, weekday] = [
    local.getUTCFullYear(),
    local.getUTCMonth(),
    local.getUTCDate(),
    local.getUTCDay(),
  ]
  const ofYear = Math.floor((Date.UTC(year, month, date) - Date.UTC(year, 0, 1)) / day) + 1
  // Of English: from Sunday on, and the week with 1 January is the first. ISO 8601: from Monday on, with 4 January.
  const [weekYear, week] = weekOf(local, 0, 1)
  const [isoYear, isoWeek] = weekOf(local, 1, 4)
  const [monthName = '', dayName = ''] = [months[month], weekdays[weekday]]
  return {
    ...numbers('M', month + 1),
    MMM: monthName.slice(0, 3),
    MMMM: monthName,
    Q: `${Math.floor(month / 3) + 1}`,
    Qo: ordinal(Math.floor(month / 3) + 1),
    ...numbers('D', date),
    DDD: `${ofYear}`,
    DDDo: ordinal(ofYear),
    DDDD: pad(ofYear, 3),
    d: `${weekday}`,
    do: ordinal(weekday),
    dd: dayName.slice(0, 2),
    ddd: dayName.slice(0, 3),
    dddd: dayName,
    e: `${weekday}`,
    E: `${weekday || 7}`,
    ...numbers('w', week),
    ...numbers('W', isoWeek),
    ...years('Y', year),
    Y: `${year}`,
    YYYYYY: `+${pad(year, 6)}`,
    ...years('g', weekYear),
    ...years('G', isoYear),
  }
}

function timeTokens({ time, local, offset }: Parts): Readonly<Record<string, string>> {
  const [hour, minute, second] = [local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()]
  const twelve = hour % 12 || 12
  const [mm, ss] = [pad(minute, 2), pad(second, 2)]
  const minutes = Math.abs(offset) / 60_000
  const zone = [pad(Math.floor(minutes / 60), 2), pad(minutes % 60, 2)]
  const sign = offset < 0 ? '-' : '+'
  return {
    A: hour < 12 ? 'AM' : 'PM',
    a: hour < 12 ? 'am' : 'pm',
    ...numbers('H', hour),
    ...numbers('h', twelve),
    ...numbers('k', hour || 24),
    ...numbers('m', minute),
    ...numbers('s', second),
    hmm: `${twelve}${mm}`,
    hmmss: `${twelve}${mm}${ss}`,
    Hmm: `${hour}${mm}`,
    Hmmss: `${hour}${mm}${ss}`,
    Z: `${sign}${zone.join(':')}`,
    ZZ: `${sign}${zone.join('')}`,
    z: 'UTC',
    zz: 'UTC',
    X: `${Math.floor(time / 1000)}`,
    x: `${time}`,
  }
}

function numbers(letter: string, value: number): Record<string, string> {
  return { [letter]: `${value}`, [letter.repeat(2)]: pad(value, 2), [`${letter}o`]: ordinal(value) }
}

function years(letter: string, year: number): Record<string, string> {
  return { [letter.repeat(2)]: pad(year % 100, 2), [letter.repeat(4)]: pad(year, 4), [letter.repeat(5)]: pad(year, 5) }
}

function pad(value: number, length: number): string {
  return String(value).padStart(length, '0')
}

function ordinal(value: number): string {
  const ending = Math.floor((value % 100) / 10) === 1 ? 'th' : (['th', 'st', 'nd', 'rd'][value % 10] ?? 'th')
  return `${value}${ending}`
}

/** Year and number of a week. `inFirst`: the day of January that is always in the first one. */
function weekOf(local: Date, firstDay: number, inFirst: number): readonly [number, number] {
  const midnight = Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate())
  const startOf = (date: number) => date - ((new Date(date).getUTCDay() - firstDay + 7) % 7) * day
  const firstOf = (year: number) => startOf(Date.UTC(year, 0, inFirst))
  const later = local.getUTCFullYear() + 1
  const year = [later, later - 1, later - 2].find((candidate) => firstOf(candidate) <= midnight) ?? later
  return [year, Math.round((startOf(midnight) - firstOf(year)) / (7 * day)) + 1]
}

/** How far the clocks of a time zone are before UTC. Milliseconds. */
function offsetOf(time: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const fields = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]))
  const { year = 0, month = 1, day: date = 1, hour = 0, minute = 0, second = 0 } = fields
  return Date.UTC(year, month - 1, date, hour, minute, second) - Math.floor(time / 1000) * 1000
}
