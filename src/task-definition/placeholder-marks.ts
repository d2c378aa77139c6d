/** Forms of placeholders. Every pattern starts at a character of its own and is bounded, so the time is linear. */

/** A placeholder in a text; `certain`: the text cannot be a value that works. */
export interface Mark {
  readonly mark: string
  readonly certain: boolean
}

const upper = '[A-Z][A-Z0-9_]{1,80}'

/** Signs that no name, ARN or number has. */
const signs = new RegExp(
  [
    '<[^<>]{1,80}>',
    '\\{\\{[^{}]{0,200}\\}\\}',
    '\\{%[^%]{0,200}%\\}',
    '\\$\\{[^{}]{0,80}\\}',
    '\\$[A-Za-z_]\\w{0,80}',
    '#\\{[^{}]{1,80}\\}#?',
    `%${upper}%`,
    `@@?${upper}@`,
  ].join('|'),
)

/** Functions of tools that render task definitions (ecspresso, Helm): no program expands them. */
const toolTemplate =
  /\{\{-?\s{0,20}(?:(?:must_env|tfstatef?|ssm|secretsmanager_arn|cfn_output|cfn_export|json_escape)\b|\.(?:Values|Release|Chart)\.)[^{}]{0,200}\}\}/
/** Of languages that programs have, too (Jinja, Liquid, ERB), as for the mails that they write. */
const blockTemplate = /\{%[^%]{0,200}%\}|<%[^%]{0,200}%>/

/** A value that is nothing but a placeholder. */
const whole = new RegExp(
  `^(?:${[
    `<(?:${upper}(?:[ .-][A-Z0-9_]{1,40}){0,5}|(?:your|my|the|insert|enter|replace|add|some)[ _-][\\w .-]{1,60}|[a-z][a-z0-9]{0,40}(?:[_ ][a-z0-9]{1,40}){1,6})>`,
    '\\{\\{[^{}]{1,200}\\}\\}',
    '\\$\\{[A-Za-z_][^{}]{0,80}\\}',
    `\\$${upper}`,
    '#\\{[\\w .-]{1,80}\\}#?',
    `%${upper}%`,
    `__${upper}__`,
    `@@?${upper}@@?`,
    `\\[\\[?${upper}\\]\\]?`,
    'REPLACE[_-](?!(?:ALL|EXISTING|NONE|ONLY|FIRST|LAST|IF_\\w+)$)[A-Z0-9_-]{1,80}',
    '(?:CHANGE|REPLACE|FILL)[_-]?(?:ME|THIS|IN)',
    'change[_-]?me',
    'replace[_-]?me',
    'YOUR[_-][A-Z0-9_-]{1,80}',
    '(?:TODO|TBD|FIXME)',
  ].join('|')})$`,
)

/** A part of an address, a path or a list: what has no white space is hardly prose, a pattern or a program. */
const inside = new RegExp(
  [
    `(?<=^|[/@:=,.-])<${upper}>(?=$|[/@:,.?&-])`,
    `\\$\\{${upper}\\}`,
    '\\{\\{\\s{0,20}\\w[\\w.]{0,80}\\s{0,20}\\}\\}',
    `(?<=[/@:=,])\\$${upper}(?=$|[/@:,])`,
    `__${upper}__`,
  ].join('|'),
)

const hint = /[<{$%@#[]|__|arn:|\.dkr\.|replace|change|your|fill|todo|tbd|fixme/i

/** False for a value without any of the characters and words: most are so, and need no further test. */
export function mayBePlaceholder(value: string): boolean {
  return hint.test(value)
}

/** A placeholder in a value that may only be a name, an ARN or a number. */
export function findCertain(value: string): string | undefined {
  return signs.exec(value)?.[0]
}

/** A placeholder in a value that may be anything, such as that of an environment variable. */
export function findIn(value: string): Mark | undefined {
  const [template] = toolTemplate.exec(value) ?? []
  if (template !== undefined) return { mark: template, certain: true }
  const trimmed = value.trim()
  if (whole.test(trimmed)) return { mark: trimmed, certain: false }
  const [block] = blockTemplate.exec(value) ?? []
  if (block !== undefined) return { mark: block, certain: false }
  const [part] = /\s/.test(trimmed.replace(/\{\{[^{}]{0,200}\}\}/g, '')) ? [] : (inside.exec(trimmed) ?? [])
  return part === undefined ? undefined : { mark: part, certain: false }
}

/** As `findIn`, where `{{.ID}}` and the like are templates of the program that reads the value. */
export function findInOptions(value: string): Mark | undefined {
  return findIn(value.replace(/\{\{-?\s{0,20}\.(?!Values|Release|Chart)[^{}]{0,200}\}\}/g, 'x'))
}

/** As `findIn`, for the words of a command: what a shell expands is meant. */
export function findInShell(value: string): Mark | undefined {
  const [template] = toolTemplate.exec(value) ?? []
  if (template !== undefined) return { mark: template, certain: true }
  return new RegExp(`^<${upper}>$`).test(value) ? { mark: value, certain: false } : undefined
}
