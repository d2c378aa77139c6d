import { stripVTControlCharacters } from 'node:util'

/**
 * One escape per channel. Each takes untrusted text and returns text that is only ever shown: it starts no
 * command, no link, no mention and no markup, and hides nothing behind control or bidirectional characters.
 */

const lineBreaks = /\r\n|[\r\n\v\f\u0085\u2028\u2029]/gu

/** Controls, bidirectional controls, characters without width, and tags: they change what a reader sees without being seen. */
const invisible =
  /[\p{Cc}\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu

/** Lines of a text, without ANSI sequences and with every invisible character written out (`\u202e`). */
function visibleLines(theirs: string): string[] {
  return stripVTControlCharacters(theirs.toWellFormed())
    .split(lineBreaks)
    .map((line) => line.replaceAll('\t', '  ').replace(invisible, writtenOut))
}

function writtenOut(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16)
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`
}

/**
 * The runner obeys `##[command]` anywhere in a line (actions/runner, ActionCommand.TryParse), and .NET compares by
 * culture, which skips characters without width: so a `[` after a `#` is set apart by a space that no comparison skips.
 * The end of the line counts as a `[`, for whatever a view puts behind it.
 */
function withoutCommand(line: string): string {
  return line.replace(/#(\p{Default_Ignorable_Code_Point}*)(?=\[|$)/gu, '#$1 ')
}

/** A command at the start of a line, after white space (ActionCommand.TryParseV2), gets something in front of it. */
function notAtLineStart(line: string): string {
  return /^[\s\p{Default_Ignorable_Code_Point}]*:/u.test(line) ? `│ ${line}` : line
}

/** For the log: one line, line breaks shown as `⏎`. */
export function forLog(theirs: string): string {
  return notAtLineStart(withoutCommand(visibleLines(theirs).join(' ⏎ ')))
}

/** For the message of an annotation, which may have several lines. */
export function forAnnotation(theirs: string): string {
  return visibleLines(theirs).map(withoutCommand).map(notAtLineStart).join('\n')
}

/** For one line in an output, a title or a description; harmless also when a later step prints it. */
export function forPlain(theirs: string): string {
  return notAtLineStart(withoutCommand(visibleLines(theirs).join(' ').trim()))
}

/** For a fenced block in Markdown: lines stay lines; the caller makes the fence longer than any in the text. */
export function forFence(theirs: string): string {
  return visibleLines(theirs).join('\n')
}

/** For Markdown prose and table cells (GitHub flavoured): entities for all that has a meaning there. */
export function forMarkdown(theirs: string): string {
  return visibleLines(theirs)
    .join(' ')
    .replace(/[&<>"'`*_[\]{}()#|~\\!$]/gu, (character) => `&#${character.codePointAt(0)};`)
    .replaceAll('://', ':&#47;&#47;')
    .replace(/www\./giu, (prefix) => `${prefix.slice(0, 3)}&#46;`)
    .replaceAll('@', '@&#8203;')
}

/**
 * For Slack's mrkdwn. Slack asks for these three only; anything more would be shown as it is
 * (https://docs.slack.dev/messaging/formatting-message-text, "Escaping text"). Use it with `verbatim: true`.
 */
export function forSlack(theirs: string): string {
  return slackEntities(visibleLines(theirs).join(' '))
}

/** For code in Slack, where a backtick would end the code. Lines stay lines. */
export function forSlackCode(theirs: string): string {
  return slackEntities(visibleLines(theirs).join('\n')).replaceAll('`', 'ˋ')
}

/** Slack keeps what it is told, so account ids are cut to their last four digits on the way. */
function slackEntities(line: string): string {
  return line
    .replace(/(?<![\w/])\d{8}(\d{4})(?!\w)/g, '…$1')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}
