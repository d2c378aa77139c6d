import type { DeploymentState } from '../deployment/state.ts'
import { text, untrusted } from '../text.ts'
import { type DetailLine, detailLines } from './deployment-details.ts'
import { commitUrl, compareUrl, runUrl, safeUrl } from './links.ts'
import { code, factTable, link, prose } from './markdown.ts'
import type { Report } from './report.ts'
import { account, image, commit as short } from './short.ts'
import { methodWords, settingLines } from './strategy.ts'
import type { Subject } from './subject.ts'
import { trafficLine } from './traffic-words.ts'

type Fact = readonly [name: string, value: string]

/** What was deployed, where, by which actor, and its state: a table for the summary. */
export function facts(report: Report): string {
  const { subject, state } = report
  return factTable([
    ['Service', `${code(subject.service)} in ${subject.home.kind} ${code(subject.home.name)}`],
    ...environmentFact(subject),
    ...planFacts(state),
    ...(state.purpose === 'explanation' ? [] : commitFacts(subject)),
    ...strategyFacts(state),
    ...[...rollbackLine(state), ...trafficLine(state), ...detailLines(state)].map(
      ([label, words]): Fact => [label, prose(words)],
    ),
    placeFact(subject),
    ['Links', links(report)],
  ])
}

/** Name of the environment, with its address. */
export function environmentFact({ environment, url }: Pick<Subject, 'environment' | 'url'>): readonly Fact[] {
  if (!environment) return []
  return [['Environment', link(prose(text`${untrusted(environment)}`), safeUrl(url, { allowHttp: true }))]]
}

/** What was deployed, where that is known, and the actor. */
export function commitFacts({ run, commit }: Pick<Subject, 'run' | 'commit'>): readonly Fact[] {
  const starter: readonly Fact[] = run.actor.untrusted === '' ? [] : [['Started by', prose(text`${run.actor}`)]]
  if (commit === undefined) return starter
  const title = commit.title ? ` ${prose(text`${commit.title}`)}` : ''
  const sha = link(code(short(commit.sha)), safeUrl(commitUrl(run, commit), { allowHttp: true }))
  const ref = commit.ref.untrusted === '' ? '' : ` (${code(commit.ref.untrusted)})`
  return [['Commit', `${sha}${title}${ref}`], ...starter]
}

/** Region and account. */
export function placeFact({ region, accountId }: Pick<Subject, 'region' | 'accountId'>): Fact {
  return ['Region', [code(region), ...(accountId ? [`account ${account(accountId)}`] : [])].join(', ')]
}

/** Links with their words, without those whose address is not fit for readers. */
export function linkList(links: readonly (readonly [label: string, address: string | undefined])[]): string {
  return links
    .map(([label, address]) => [label, safeUrl(address, { allowHttp: true })] as const)
    .filter(([, address]) => address !== undefined)
    .map(([label, address]) => link(label, address))
    .join(' · ')
}

function planFacts({ plan, versioned }: DeploymentState): readonly Fact[] {
  if (!plan) return []
  const { artifacts, facts, does, basis, from: previous } = plan
  const target = versioned?.version ?? plan.to
  return [
    ...artifacts.map(
      ({ kind, name, from, to }): Fact => [`${kind} of ${code(name)}`, change(from && image(from), image(to))],
    ),
    ...(target ? [['Revision', change(previous?.label, target.label)] as const] : []),
    ...facts.map(({ label, value }): Fact => [label, prose(value)]),
    ...(does === 'creates' ? [['New service', 'created by this deployment'] as const] : []),
    ...(basis ? [['Selected because', prose(text`${basis}`)] as const] : []),
  ]
}

/** `from → to`; one of them where both are the same, or the first is not known. */
function change(from: string | undefined, to: string): string {
  return from && from !== to ? `${code(from)} → ${code(to)}` : code(to)
}

function strategyFacts({ plan }: DeploymentState): readonly Fact[] {
  if (!plan) return []
  const settings = settingLines(plan)
  return [
    ['Strategy', prose(methodWords(plan))],
    ...(settings.length > 0 ? [['Settings', settings.map(prose).join(' · ')] as const] : []),
  ]
}

/** What set the rollback off, where AWS has no words of its own for it, as when it was this run that did. */
function rollbackLine({ rollingBack, evidence }: DeploymentState): readonly DetailLine[] {
  const said = evidence?.said.map((words) => words.untrusted).join(' ')
  const reason = rollingBack?.reason
  if (!reason || !evidence || said?.includes(reason.untrusted)) return []
  return [['Rolled back because', [reason]]]
}

function links(report: Report): string {
  return linkList([
    ['run', runUrl(report.subject.run)],
    ['diff', compareUrl(report)],
    ['AWS console', report.state.deployment?.consoleUrl],
  ])
}
