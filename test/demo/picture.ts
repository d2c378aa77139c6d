/** docs/demo.svg: what the demo printed on the left, the Slack messages that it left behind on the right. */
import type { MessageRecord } from '../simulator/slack/workspace.ts'
import { escapeHtml } from './slack-page.ts'
import { attachmentOf, plainText, slackLines } from './slack-terminal.ts'

const columns = 84
const lineHeight = 17
const terminalWidth = 690
const cardWidth = 410
const cardColumns = 54
const gap = 24
const top = 44

/** Dull lines stay out: they are in the log, and a picture is small. */
const dull =
  /^\s*┃|console {2}|^\s+\S+ {2}·|Uploaded|Notice:|^\s*Error:|(Before|After)\w+$|^\s*$|test traffic|AllowTestTraffic|^▸/i

/** So do the lines that a first look does without: the image, the revision, the settings. */
const detail =
  /^The actions in dist|^Images are|^▶|^\s*(?:Pushed |✓ |Revision: |Calls: )|^\s+\S+ +(?:Deploying |Deployment |group |image |revision |tasks |https:)/

const colours: readonly (readonly [RegExp, string])[] = [
  [/^●/, '#ffffff'],
  [/^▶/, '#ffffff'],
  [/✔|✅|✓/, '#7ee787'],
  [/✖|✗/, '#ff7b72'],
  [/⏪/, '#f2cc60'],
  [/ {2}▶/, '#79c0ff'],
  [/ traffic /, '#d2a8ff'],
]

function wrap(line: string, width: number, indent: number): string[] {
  const wrapped: string[] = []
  let rest = line
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width)
    const at = space > indent ? space : width
    wrapped.push(rest.slice(0, at))
    rest = ' '.repeat(indent) + rest.slice(at).trimStart()
  }
  return [...wrapped, rest]
}

const shortened = (line: string) =>
  line.replace(/(sha256:[0-9a-f]{12})[0-9a-f]{52}/g, '$1').replace(/\b([0-9a-f]{12})[0-9a-f]{28}\b/g, '$1')

function terminal(lines: readonly string[]): { readonly svg: string; readonly height: number } {
  const shown = [
    '$ npm run demo',
    ...lines
      .filter((line) => ![dull, detail].some((pattern) => pattern.test(line.replace(/^\n/, ''))))
      .flatMap((line) => line.replace(/^\n/, '').split('\n'))
      .map(shortened),
  ].flatMap((line) => {
    const colour = colours.find(([mark]) => mark.test(line))?.[1] ?? '#c9d1d9'
    const spaced = line.startsWith('●') ? ['', line] : [line]
    return spaced.flatMap((part) => wrap(part, columns, 9).map((text) => ({ text, colour })))
  })
  const height = top + shown.length * lineHeight + 16
  const rows = shown.map(
    ({ text, colour }, index) =>
      `<text x="18" y="${top + 12 + index * lineHeight}" fill="${colour}"${/^[●▶$]/.test(text) ? ' font-weight="bold"' : ''} xml:space="preserve">${escapeHtml(text)}</text>`,
  )
  const dots = ['#ff5f56', '#ffbd2e', '#27c93f'].map(
    (colour, index) => `<circle cx="${22 + index * 20}" cy="20" r="6" fill="${colour}"/>`,
  )
  return {
    height,
    svg: `${dots.join('')}<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="12.5">${rows.join('\n')}</g>`,
  }
}

interface Shown {
  readonly content: MessageRecord['content']
  readonly note: string
}

/** The message as it is, and before it the moment at which the canary had its first share of the traffic. */
function moments(message: MessageRecord): readonly Shown[] {
  const edits = message.history.length
  const canary = message.history.find(
    (content) => / 1?0 %$/.test(String(content.text ?? '')) && !String(content.text).includes('100'),
  )
  return [
    ...(canary ? [{ content: canary, note: 'while the canary runs' }] : []),
    { content: message.content, note: canary ? `the same message, edited ${edits} times` : `edited ${edits} times` },
  ]
}

function card(message: Shown, y: number): { readonly svg: string; readonly height: number } {
  const { color = '#1264A3', blocks = [] } = attachmentOf(message)
  const [headline = '', ...rest] = slackLines(message)
  const facts = blocks
    .flatMap(({ fields = [] }) => fields.map(({ text }) => plainText(text).split('\n')))
    .filter(([name]) => name === 'Image' || name === 'Revision' || name === 'Commit')
    .map(([name, ...values]) => `${name}  ${values.join(' ')}`)
  const lines = [
    ...wrap(headline, cardColumns - 8, 0).map((text) => ({ text, weight: ' font-weight="bold"', bar: false })),
    ...[...rest, ...facts].flatMap((line) =>
      wrap(line, cardColumns, 0).map((text) => ({ text, weight: '', bar: true })),
    ),
  ]
  const barred = lines.filter(({ bar }) => bar).length
  const first = y + 62
  const rows = lines.map(
    ({ text, weight, bar }, index) =>
      `<text x="${bar ? 74 : 62}" y="${first + index * lineHeight}"${weight} xml:space="preserve">${escapeHtml(text)}</text>`,
  )
  const barTop = first + (lines.length - barred - 1) * lineHeight + 6
  return {
    height: 62 + lines.length * lineHeight + 10,
    svg: `<rect x="16" y="${y + 22}" width="34" height="34" rx="7" fill="#1264A3"/><text x="33" y="${y + 45}" font-size="18" text-anchor="middle" fill="#fff">⚓</text>
<text x="62" y="${y + 38}"><tspan font-weight="bold">Slipway</tspan><tspan fill="#616061" font-size="11" dx="6">APP · ${escapeHtml(message.note)}</tspan></text>
<rect x="62" y="${barTop}" width="4" height="${barred * lineHeight + 2}" rx="2" fill="${escapeHtml(color)}"/>
${rows.join('\n')}`,
  }
}

export function picture(lines: readonly string[], messages: readonly MessageRecord[]): string {
  const left = terminal(lines)
  const cards: string[] = []
  let y = top
  for (const message of messages.flatMap(moments)) {
    const { svg, height } = card(message, y)
    cards.push(svg)
    y += height
  }
  const height = Math.max(left.height, y + 16)
  const x = terminalWidth + gap
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${x + cardWidth} ${height}" role="img" aria-label="npm run demo: a canary succeeds, then a broken image is explained and rolled back; Slack follows">
<rect width="${terminalWidth}" height="${height}" rx="10" fill="#0d1117"/>
${left.svg}
<g transform="translate(${x} 0)" font-family="Lato, 'Segoe UI', 'Helvetica Neue', 'DejaVu Sans', sans-serif" font-size="12.5" fill="#1d1c1d">
<rect x="0.5" y="0.5" width="${cardWidth - 1}" height="${height - 1}" rx="10" fill="#fff" stroke="#d0d7de"/>
<text x="18" y="27" font-weight="bold" font-size="14"># deploys</text><line x1="0" y1="40.5" x2="${cardWidth}" y2="40.5" stroke="#d0d7de"/>
${cards.join('\n')}
</g>
</svg>
`
}
