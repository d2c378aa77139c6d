import { valueAt } from './secret-value.ts'
import type { Span } from './span.ts'

/** Flags of programs that say nothing of a secret by their name. */
interface Flags {
  /** With the word behind it as its value. */
  readonly alone?: RegExp
  /** With its value in the same word; what the group `flag` holds is shown. */
  readonly joined?: RegExp
  /** The value is `user:password` or the like: the part before this mark is shown. */
  readonly behind?: RegExp
}

const curl: Flags = {
  alone: /^(?:-[A-Za-z]*[uUE]|--(?:(?:proxy-)?user|cert))$/,
  joined: /^(?<flag>-[uUE]|--(?:(?:proxy-)?user|cert)=)/,
  behind: /:/,
}
const httpie: Flags = { alone: /^(?:-a|--auth)$/, joined: /^(?<flag>-a|--auth=)/, behind: /:/ }
const shortP: Flags = { alone: /^-p$/, joined: /^(?<flag>-p=?)/ }
const capitalP: Flags = { alone: /^-P$/, joined: /^(?<flag>-P)/ }
const registries: Flags = {
  alone: /^--(?:src-|dest-)?creds$/,
  joined: /^(?<flag>--(?:src-|dest-)?creds=)/,
  behind: /:/,
}

/** By name. Of those that have `login`, only behind that word: `docker run -p 8080:80` maps a port. */
const programs: Readonly<Record<string, readonly Flags[]>> = {
  ...each('curl', [curl]),
  ...each('http https xh', [httpie]),
  ...each('docker podman nerdctl buildah helm oras crane az oc', []),
  ...each('skopeo', [registries]),
  // A space behind -p leaves the password to a prompt, and names a database.
  ...each('mysql mysqldump mysqladmin mysqlimport mysqlshow mysqlcheck mysqlbinlog mysqlsh', [
    { joined: /^(?<flag>-p)/ },
  ]),
  ...each('mariadb mariadb-dump mariadb-admin', [{ joined: /^(?<flag>-p)/ }]),
  ...each('mongo mongosh mongodump mongorestore mongoexport mongoimport', [shortP]),
  ...each('redis-cli redis-benchmark valkey-cli', [{ alone: /^-a$/ }]),
  ...each('sshpass cqlsh cypher-shell rabbitmqadmin', [shortP]),
  ...each('ldapsearch ldapadd ldapmodify ldapdelete ldapwhoami ldappasswd', [
    { alone: /^-w$/, joined: /^(?<flag>-w)/ },
  ]),
  ...each('sqlcmd bcp mosquitto_pub mosquitto_sub zip unzip', [capitalP]),
  ...each('7z 7za', [{ joined: /^(?<flag>-p)/ }]),
  ...each('lftp', [{ alone: /^-u$/, behind: /,/ }]),
  ...each('smbclient', [{ alone: /^-U$/, behind: /%/ }]),
  // What sshpass starts has a -p of its own.
  ...each('ssh scp sftp rsync', []),
}

const withLogin = new Set(['docker', 'podman', 'nerdctl', 'buildah', 'skopeo', 'helm', 'oras', 'crane', 'az', 'oc'])

/** By name, those without flags of their own left out. */
export const knownPrograms: readonly string[] = Object.keys(programs).filter(
  (name) => programs[name]?.length || withLogin.has(name),
)

/** Without a known program: only where the value has the form of a password. */
const anyUser: Flags = { alone: /^(?:-u|--(?:proxy-)?user)$/, behind: /:/ }

function each(names: string, flags: readonly Flags[]): Readonly<Record<string, readonly Flags[]>> {
  return Object.fromEntries(names.split(' ').map((name) => [name, flags]))
}

/** A word of a command line or an item of a list, or what ends a command. */
const words = /[^\s"'`,;|&()[\]{}]+|[\n;|&]/g

const hint = new RegExp(`(?<![\\w.-])(?:${Object.keys(programs).join('|')}|-u|--(?:proxy-)?user)(?![\\w-])`)

/** Passwords on the command lines of well-known programs: `curl -u ann:x`, `mysql -px`, `["redis-cli", "-a", "x"]`. */
export function secretArguments(text: string): readonly Span[] {
  if (!hint.test(text)) return []
  const found: Span[] = []
  let [program, flags, waiting]: [string, readonly Flags[] | undefined, Flags | undefined] = ['', undefined, undefined]
  for (const { 0: word, index } of text.matchAll(words)) {
    if (/^[\n;|&]$/.test(word)) {
      ;[program, flags, waiting] = ['', undefined, undefined]
      continue
    }
    if (waiting && !word.startsWith('-')) found.push(...passwordAt(text, index, waiting))
    const name = word.slice(word.lastIndexOf('/') + 1)
    if (Object.hasOwn(programs, name)) [program, flags] = [name, programs[name]]
    if (word === 'login' && withLogin.has(program)) flags = [...(programs[program] ?? []), shortP]
    const given = flags ?? [anyUser]
    waiting = given.find(({ alone }) => alone?.test(word))
    for (const each of given) {
      const { flag } = each.joined?.exec(word)?.groups ?? {}
      if (flag !== undefined) found.push(...passwordAt(text, index + flag.length, each, index))
    }
  }
  return found
}

/** To the end of what a quote has opened. */
const quoted: Readonly<Record<string, RegExp>> = { '"': /(?:[^"\\\n]|\\.)*/y, "'": /[^'\n]*/y, '`': /[^`\n]*/y }

/** The password in the argument that begins here. `word`: where the word of it begins. */
function passwordAt(text: string, at: number, flags: Flags, word = at): readonly Span[] {
  const isQuotedValue = word !== at && quoted[text.charAt(at)] !== undefined
  const start = isQuotedValue ? at + 1 : at
  const end = endOf(text, start, quoted[text.charAt(isQuotedValue ? at : word - 1)])
  const mark = flags.behind ? text.slice(start, end).search(flags.behind) : -1
  const from = mark < 0 ? start : start + mark + 1
  if ((flags.behind && mark < 0) || from >= end) return []
  return flags === anyUser ? valueAt(text, from, { mustResembleSecret: true }) : [[from, end]]
}

function endOf(text: string, start: number, rest: RegExp | undefined): number {
  if (rest === undefined) return valueAt(text, start)[0]?.[1] ?? start
  rest.lastIndex = start
  return start + (rest.exec(text)?.[0].length ?? 0)
}
