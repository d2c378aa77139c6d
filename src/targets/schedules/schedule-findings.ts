import { resourceName } from '../../arn.ts'
import type { Finding } from '../../diagnosis/finding.ts'
import { openFactReader, type RepeatOptions } from '../../diagnosis/read-fact.ts'
import { whyUndeployable } from '../../task-definition/standing.ts'
import { renderText, type Text, text, untrusted } from '../../text.ts'
import { unreadFinding } from '../ecs/preflight/unchecked.ts'
import {
  changeOf,
  gatherSchedules,
  principalOf,
  type ScheduleFact,
  type ScheduleQuestion,
  type ScheduleSources,
  type Simulated,
  type TargetFact,
} from './schedule-facts.ts'
import { type ScheduleFindingCode, scheduleKinds } from './schedule-kinds.ts'
import { nameOf, problemOf } from './scheduled-tasks.ts'

/** For `doctor`: what keeps scheduled tasks from getting the revision of a service, or from running. Reads only. */
export async function scheduleFindings(
  question: ScheduleQuestion,
  sources: ScheduleSources,
  again: RepeatOptions,
): Promise<readonly Finding[]> {
  const { readFact, unread } = openFactReader(again)
  const facts = await gatherSchedules(question, sources, readFact)
  return [...facts.flatMap((fact) => judgeSchedule(fact, question)), ...unread().map(unreadFinding)]
}

/** The findings of one schedule; pure. */
export function judgeSchedule(
  fact: ScheduleFact,
  { families, cluster }: Pick<ScheduleQuestion, 'families' | 'cluster'>,
): readonly Finding[] {
  const { named, found, changing, targets } = fact
  const name = untrusted(nameOf(named))
  const problem = found && problemOf(found.tasks, named, families)
  if (problem)
    return [
      finding('schedule-unfit', text`The scheduled task ${name} cannot get the revision of the service`, [
        text`it ${problem}`,
        text`Correct schedules in slipway.yml, or create what is missing.`,
      ]),
    ]
  const change = changeOf(named.schedule)
  return [
    ...(fact.isEnabled === false ? [disabled(name)] : []),
    ...denied('schedule-not-changed', text`Not authorized to perform ${change} on ${name}`, changing),
    ...once(targets.flatMap((target) => judgeTarget(target, fact, cluster))),
  ]
}

/** Targets of one rule often have the same role and cluster. */
function once(findings: readonly Finding[]): readonly Finding[] {
  const said = ({ what, why }: Finding) => renderText([...what, ...why], (theirs) => theirs)
  return [...new Map(findings.map((one) => [said(one), one])).values()]
}

function disabled(name: Text[number]): Finding {
  return finding('schedule-disabled', text`${name} is DISABLED`, [
    text`it runs no task; it gets the revision of the service all the same`,
    text`Enable it, or remove it from schedules where it is no longer used.`,
  ])
}

function judgeTarget(
  { task, revision, role }: TargetFact,
  { named }: ScheduleFact,
  cluster: string | undefined,
): readonly Finding[] {
  const name = text`${untrusted(nameOf(named))}`
  const service = principalOf(named.schedule)
  const runs = untrusted(resourceName(task.taskDefinition))
  const gone = revision && (revision.definition ? whyUndeployable(revision.definition) : text`it does not exist`)
  const isElsewhere = cluster !== undefined && task.cluster !== undefined && task.cluster !== cluster
  return [
    ...(gone
      ? [
          finding('schedule-revision', text`${name} runs ${runs}, which cannot start`, [
            text`${gone}, and RunTask accepts ACTIVE revisions only`,
            text`Deploy the service: the scheduled task then gets its revision.`,
          ]),
        ]
      : []),
    ...(isElsewhere
      ? [
          finding('schedule-cluster', text`${name} runs its tasks in another cluster`, [
            text`its cluster is ${untrusted(resourceName(task.cluster ?? ''))}, that of the service ${untrusted(resourceName(cluster))}`,
            text`Correct the cluster of its target, unless that is wanted.`,
          ]),
        ]
      : []),
    ...(role ? judgeRole(role, name, service) : []),
  ]
}

function judgeRole(
  { arn, isMissing, isTrusted, passing }: NonNullable<TargetFact['role']>,
  name: Text,
  service: string,
): readonly Finding[] {
  const role = untrusted(arn)
  if (isMissing)
    return [
      finding('schedule-role', text`The role of ${name} does not exist (NoSuchEntity)`, [
        text`IAM has no ${role}, so no task starts`,
        text`Create it with a trust policy for ${service}, or correct RoleArn of the target.`,
      ]),
    ]
  const trust = isTrusted
    ? []
    : [
        finding('schedule-role', text`EventBridge is unable to assume the role of ${name}`, [
          text`the trust policy of ${role} does not allow sts:AssumeRole to ${service}`,
          text`Add to its trust policy: {"Effect":"Allow","Principal":{"Service":"${service}"},"Action":"sts:AssumeRole"}.`,
        ]),
      ]
  const what = text`Not authorized to perform iam:PassRole on the role of ${name}, with iam:PassedToService ${service}`
  return [...trust, ...denied('schedule-role-not-passed', what, passing)]
}

function denied(code: ScheduleFindingCode, what: Text, simulated: Simulated | undefined): readonly Finding[] {
  if (simulated === undefined || simulated.decision.decision === 'allowed') return []
  const { caller, decision } = simulated
  const isExplicit = decision.decision === 'explicitDeny'
  const said = finding(code, what, [
    text`${untrusted(caller)} ${isExplicit ? 'has an explicit deny' : 'has no policy that allows it'} for ${untrusted(decision.resource)}`,
    text`Allow it: slipway permissions prints the policy, with the role of the target under role.`,
  ])
  return [decision.isUnsure ? { ...said, severity: 'warns' } : said]
}

function finding(code: ScheduleFindingCode, what: Text, [why, fix]: readonly [Text, Text]): Finding {
  return { code, severity: scheduleKinds[code].severity, what, why, fix }
}
