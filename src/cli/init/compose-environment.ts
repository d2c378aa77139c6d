import { isSecretName } from '../../diagnosis/secret-name.ts'
import type { Json } from '../../ports.ts'
import { isList, isObject } from '../../task-definition/members.ts'
import type { PlainVariable } from './container-facts.ts'

/** Variables of a container; `secrets`: names of those that may be secrets, or whose values are not in the file. */
export interface Variables {
  readonly environment: readonly PlainVariable[]
  readonly secrets: readonly string[]
}

/**
 * `environment` of a Compose file, a map or a list, and the text of its `env_file`s, of which only the names are read: such a file is
 * seldom in the repository, since it has secrets.
 */
export function environmentIn(written: Json, envFiles: string): Variables {
  const own = isObject(written)
    ? Object.entries(written).map(([name, value]) => ({ name, value: value === null ? undefined : String(value) }))
    : isList(written)
      ? written.map((entry) => assignment(String(entry)))
      : []
  const names = new Set(own.map(({ name }) => name))
  const others = namesIn(envFiles).filter((name) => !names.has(name))
  const known = own.map(({ name, value }) => ({ name, value: value === undefined ? undefined : literal(value) }))
  return {
    environment: known.filter(isPlain),
    secrets: [...known.filter((variable) => !isPlain(variable)).map(({ name }) => name), ...others],
  }
}

interface Variable {
  readonly name: string
  /** Undefined: it is that of a machine. */
  readonly value: string | undefined
}

function assignment(entry: string): Variable {
  const at = entry.indexOf('=')
  return at < 0 ? { name: entry, value: undefined } : { name: entry.slice(0, at), value: entry.slice(at + 1) }
}

/** The names of an environment file. */
function namesIn(content: string): readonly string[] {
  const lines = content.split(/\r?\n/)
  return [...new Set(lines.flatMap((line) => /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/.exec(line)?.[1] ?? []))]
}

/**
 * A value after interpolation: `${PORT:-8080}` is `8080`. Undefined where a variable has no default, since its value is that of a
 * machine or of a `.env` file.
 */
function literal(value: string): string | undefined {
  let isKnown = true
  const expanded = value.replace(/\$\$|\$\{[^}]*\}?|\$[A-Za-z_]\w*/g, (found) => {
    if (found === '$$') return '$'
    const [, fallback] = /^\$\{[A-Za-z_]\w*:?-([^${}]*)\}$/.exec(found) ?? []
    if (fallback === undefined) isKnown = false
    return fallback ?? ''
  })
  return isKnown ? expanded : undefined
}

/** With a value that is no secret by its name, and has no password in a URL: `postgres://app:secret@db/shop`. */
function isPlain(variable: Variable): variable is PlainVariable {
  const { name, value } = variable
  const isSecret =
    isSecretName(name) ||
    /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]*:[^/?#\s]*@/i.test(value ?? '') ||
    /(?:^|_)(?:DATABASE|DB|REDIS|MONGO(?:DB)?|AMQP)_(?:URL|URI|DSN)$/.test(name)
  return value !== undefined && !isSecret
}
