/**
 * A mention in Slack's syntax, from what people copy out of Slack: a member's id, a user group's id, or `here`,
 * `channel`, `everyone`; several with commas or spaces. Undefined when nothing is given. Throws an `Error` whose message
 * follows the name of the input. Names do not work: Slack knows ids only
 * (https://docs.slack.dev/messaging/formatting-message-text, "Mentioning users").
 */
export function slackMention(given: string): string | undefined {
  const names = given.split(/[\s,]+/).filter((name) => name !== '')
  return names.length === 0 ? undefined : names.map(mention).join(' ')
}

function mention(name: string): string {
  const id = name.replace(/^<?[@!]?(?:subteam\^)?/, '').replace(/>$/, '')
  if (/^[UW][A-Z0-9]{5,20}$/.test(id)) return `<@${id}>`
  if (/^S[A-Z0-9]{5,20}$/.test(id)) return `<!subteam^${id}>`
  if (/^(here|channel|everyone)$/.test(id)) return `<!${id}>`
  throw new Error(
    `must be ids of members (U0123ABCD) or user groups (S0123ABCD), or here, channel or everyone, not "${name}"`,
  )
}
