import { isGood } from '../deployment/verdict.ts'
import { type Text, text, untrusted } from '../text.ts'
import { fence, fold } from './markdown.ts'
import type { Report } from './report.ts'
import { revision } from './short.ts'

/** What to type to look closer, to go back and to try again. Empty before anything was started. */
export function nextSteps(report: Report): string {
  const { subject, state } = report
  if (!state.deployment || !state.plan || state.verdict?.outcome === 'unchanged') return ''
  const commands = [
    ...look(report),
    ...back(report),
    text`# try again`,
    text`gh run rerun ${word(subject.run.runId)} --repo ${word(subject.run.repository)}`,
  ]
  const good = state.verdict !== undefined && isGood(state.verdict.outcome)
  return fold([good ? 'Look closer or roll back' : 'Look closer, roll back or try again'], fence('sh', commands))
}

function look({ subject, state: { deployment } }: Report): readonly Text[] {
  const region = text`--region ${word(subject.region)}`
  if (deployment?.engine === 'codedeploy') {
    return [text`# look closer`, text`aws deploy get-deployment --deployment-id ${word(deployment.id)} ${region}`]
  }
  return [
    text`# look closer`,
    text`aws ecs describe-services --cluster ${word(subject.cluster)} --services ${word(subject.service)} ${region}`,
  ]
}

/** By CodeDeploy a service goes back only through another deployment; while one runs, stopping it goes back. */
function back({ subject, state: { deployment, plan, verdict } }: Report): readonly Text[] {
  const region = text`--region ${word(subject.region)}`
  if (deployment?.engine === 'codedeploy') {
    const running =
      verdict?.outcome === 'timed-out' || verdict?.outcome === 'detached' || verdict?.outcome === 'cancelled'
    const stop = text`aws deploy stop-deployment --deployment-id ${word(deployment.id)} --auto-rollback-enabled ${region}`
    return running ? [text`# stop it and go back`, stop] : []
  }
  if (!plan?.previousTaskDefinition || verdict?.outcome === 'rolled-back') return []
  const previous = word(revision(plan.previousTaskDefinition))
  return [
    text`# go back to ${previous}`,
    text`aws ecs update-service --cluster ${word(subject.cluster)} --service ${word(subject.service)} --task-definition ${previous} ${region}`,
  ]
}

/** One word of a shell command, quoted where the shell would read more into it. */
function word(value: string): Text {
  return [untrusted(/^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`)]
}
