import { isGood, type Outcome } from '../deployment/verdict.ts'
import { type Text, text, untrusted } from '../text.ts'
import { codeDeployId } from './deployment-id.ts'
import { fence, fold } from './markdown.ts'
import { openPauses } from './pauses.ts'
import type { Report } from './report.ts'
import { revision } from './short.ts'

/** What to type to look closer, to go back and to try again. Empty before anything was started. */
export function nextSteps(report: Report): string {
  const { state } = report
  if (!state.deployment || state.verdict?.outcome === 'unchanged') return ''
  const next = state.verdict?.outcome === 'paused' ? answer(report) : [...back(report), ...again(report)]
  return fold(['What to type next'], fence('sh', [...look(report), ...next]))
}

/** What answers a deployment that was left waiting; ECS has an answer for each hook. */
function answer({ subject, state }: Report): readonly Text[] {
  const region = text`--region ${word(subject.region)}`
  const theirs = codeDeployId(state)
  if (theirs !== undefined) {
    const id = word(theirs)
    return [
      text`# let it go on, or stop it and go back`,
      text`aws deploy continue-deployment --deployment-id ${id} --deployment-wait-type READY_WAIT ${region}`,
      ...backByCodeDeploy(theirs, region, 'paused').slice(1),
    ]
  }
  const service = text`--cluster ${word(subject.cluster)} --service ${word(subject.service)}`
  const query = `--status IN_PROGRESS --query 'serviceDeployments[0].serviceDeploymentArn' --output text`
  return [
    text`# let it go on; --action ROLLBACK goes back`,
    text`deployment="$(aws ecs list-service-deployments ${service} ${query} ${region})"`,
    ...openPauses(state).map(
      ({ id }) =>
        text`aws ecs continue-service-deployment --service-deployment-arn "$deployment" --hook-id ${word(id)} --action CONTINUE ${region}`,
    ),
  ]
}

function again({ subject: { run }, state: { verdict, purpose } }: Report): readonly Text[] {
  if (purpose === 'explanation' || !verdict || isGood(verdict.outcome)) return []
  return [text`# try again`, text`gh run rerun ${word(run.runId)} --repo ${word(run.repository)}`]
}

function look({ subject, state }: Report): readonly Text[] {
  const region = text`--region ${word(subject.region)}`
  const id = codeDeployId(state)
  if (id !== undefined) {
    return [text`# look closer`, text`aws deploy get-deployment --deployment-id ${word(id)} ${region}`]
  }
  return [
    text`# look closer`,
    text`aws ecs describe-services --cluster ${word(subject.cluster)} --services ${word(subject.service)} ${region}`,
  ]
}

function back({ subject, state }: Report): readonly Text[] {
  const { plan, verdict, purpose } = state
  const region = text`--region ${word(subject.region)}`
  if (verdict?.outcome === 'rolled-back') return []
  if (purpose === 'rollback' && verdict?.outcome === 'succeeded') return []
  const id = codeDeployId(state)
  if (id !== undefined) return backByCodeDeploy(id, region, verdict?.outcome)
  const target = purpose === 'rollback' ? plan?.taskDefinition : plan?.previousTaskDefinition
  if (!target) return []
  const previous = word(revision(target))
  return [
    text`# go back to ${previous}`,
    text`aws ecs update-service --cluster ${word(subject.cluster)} --service ${word(subject.service)} --task-definition ${previous} ${region}`,
  ]
}

/** While a deployment runs, stopping it goes back; later a service goes back by another deployment only. */
function backByCodeDeploy(id: string, region: Text, outcome: Outcome | undefined): readonly Text[] {
  if (/^(timed-out|detached|cancelled|paused)$/.test(outcome ?? '')) {
    return [
      text`# stop it and go back`,
      text`aws deploy stop-deployment --deployment-id ${word(id)} --auto-rollback-enabled ${region}`,
    ]
  }
  return [text`# go back: run the workflow of the last good commit again`, text`gh run list --status success`]
}

/** One word of a shell command, quoted where the shell would read more into it. */
function word(value: string): Text {
  return [untrusted(/^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`)]
}
