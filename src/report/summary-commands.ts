import { isGood, type Outcome } from '../deployment/verdict.ts'
import { type Text, text, untrusted } from '../text.ts'
import { codeDeployId } from './deployment-id.ts'
import { fence } from './markdown.ts'
import { openPauses } from './pauses.ts'
import type { Report } from './report.ts'

/** What to type to go on, to roll back, to try again and to look into it. Empty before anything was started. */
export function nextSteps(report: Report): string {
  const { state } = report
  if (!state.deployment || state.verdict?.outcome === 'unchanged') return ''
  const next = state.verdict?.outcome === 'paused' ? answer(report) : [...rollBack(report), ...again(report)]
  return ['#### Next steps', fence('sh', [...next, ...inspect(report)])].join('\n\n')
}

/** What continues a deployment that was left paused; ECS has an answer for each hook. */
function answer({ subject, state }: Report): readonly Text[] {
  const region = text`--region ${word(subject.region)}`
  const heading = text`# continue: the action continue in a workflow (actions/continue), or`
  const theirs = codeDeployId(state)
  if (theirs !== undefined) {
    const id = word(theirs)
    return [
      heading,
      text`aws deploy continue-deployment --deployment-id ${id} --deployment-wait-type READY_WAIT ${region}`,
      ...stop(theirs, region),
    ]
  }
  const service = text`--cluster ${word(subject.cluster)} --service ${word(subject.service)}`
  const query = `--status IN_PROGRESS --query 'serviceDeployments[0].serviceDeploymentArn' --output text`
  return [
    heading,
    text`deployment="$(aws ecs list-service-deployments ${service} ${query} ${region})"`,
    ...openPauses(state).map(
      ({ id }) =>
        text`aws ecs continue-service-deployment --service-deployment-arn "$deployment" --hook-id ${word(id)} --action CONTINUE ${region}`,
    ),
    text`# roll back: the same with --action ROLLBACK`,
  ]
}

function again({ subject: { run }, state: { verdict, purpose } }: Report): readonly Text[] {
  if (purpose === 'explanation' || !verdict || isGood(verdict.outcome)) return []
  return [text`# run this job again`, text`gh run rerun ${word(run.runId)} --repo ${word(run.repository)}`]
}

function inspect({ subject, state }: Report): readonly Text[] {
  const region = text`--region ${word(subject.region)}`
  const id = codeDeployId(state)
  const command =
    id === undefined
      ? text`aws ecs describe-services --cluster ${word(subject.cluster)} --services ${word(subject.service)} ${region}`
      : text`aws deploy get-deployment --deployment-id ${word(id)} ${region}`
  return [text`# inspect the deployment`, command]
}

/** CodeDeploy's deployments in these ends may still be in progress. */
const unfinished: readonly (Outcome | undefined)[] = ['timed-out', 'detached', 'cancelled']

function rollBack(report: Report): readonly Text[] {
  const { subject, state } = report
  const { plan, verdict, purpose } = state
  if (verdict?.outcome === 'rolled-back') return []
  if (purpose === 'rollback' && verdict?.outcome === 'succeeded') return []
  const region = text`--region ${word(subject.region)}`
  const id = codeDeployId(state)
  if (id !== undefined && unfinished.includes(verdict?.outcome)) return state.rollingBack ? [] : stop(id, region)
  if (id !== undefined)
    return [
      ...byWorkflow(report),
      text`# or run the workflow of the last good commit again`,
      text`gh run list --status success --repo ${word(subject.run.repository)}`,
    ]
  const target = purpose === 'rollback' ? plan?.to : plan?.from
  if (!target) return []
  const previous = word(target.label)
  return [
    ...byWorkflow(report),
    text`# or roll back to ${previous} with the AWS CLI`,
    text`aws ecs update-service --cluster ${word(subject.cluster)} --service ${word(subject.service)} --task-definition ${previous} ${region}`,
  ]
}

/** Whether the repository has such a workflow is not known here. It takes an environment of slipway.yml. */
function byWorkflow({ subject: { environment, run } }: Report): readonly Text[] {
  if (!environment) return [text`# roll back: the action rollback in a workflow (actions/rollback)`]
  return [
    text`# roll back, if the repository has a rollback.yml as in Slipway's docs/rollback.md; else with the action rollback`,
    text`gh workflow run rollback.yml -f environment=${word(environment)} --repo ${word(run.repository)}`,
  ]
}

/** While a deployment of CodeDeploy is in progress, stopping it rolls it back. */
function stop(id: string, region: Text): readonly Text[] {
  return [
    text`# stop it and roll back`,
    text`aws deploy stop-deployment --deployment-id ${word(id)} --auto-rollback-enabled ${region}`,
  ]
}

/** One word of a shell command, quoted where the shell would read more into it. */
function word(value: string): Text {
  return [untrusted(/^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`)]
}
