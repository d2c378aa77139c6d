import { placeOf } from '../../../arn.ts'
import { Failure } from '../../../failure.ts'
import { parseReference } from '../../../image/reference.ts'
import type { JsonObject, Service } from '../../../ports.ts'
import { containersOf, textIn } from '../../../task-definition/members.ts'
import { whyUndeployable } from '../../../task-definition/standing.ts'
import { asName, quoted, type Text, text, untrusted } from '../../../text.ts'
import { engineOf, runningTaskDefinition } from '../facts/service-facts.ts'
import { shortName } from '../request/revision-version.ts'
import type { RollbackGoal, RollbackPorts, RollbackTarget } from '../request/rollback-goal.ts'
import { lastGoodRevision } from './last-good-revision.ts'

/** Limit of revisions to search for an image. */
const searched = 50

/**
 * Finds the revision to roll back to. Throws `nothing-to-go-back-to` when there is none, and `revision-gone` when it can no
 * longer be deployed.
 */
export async function findRollbackTarget(
  goal: RollbackGoal,
  service: Service,
  ports: RollbackPorts,
): Promise<RollbackTarget> {
  const target = await find(goal, service, ports)
  const reason = whyUndeployable(target.definition)
  if (reason) throw undeployable(target.arn, reason)
  return target
}

async function find(goal: RollbackGoal, service: Service, ports: RollbackPorts): Promise<RollbackTarget> {
  const current = runningTaskDefinition(service) ?? ''
  switch (goal.kind) {
    case 'revision':
      if (goal.from && current !== goal.from && current !== goal.reference) throw others(current, goal.from)
      return await named(goal, service, ports)
    case 'image':
      return await withImage(goal, current, ports)
    case 'last-good': {
      const { arn, ...found } = await lastGoodRevision(engineOf(service, service.serviceName ?? ''), service, ports)
      return { ...found, arn, definition: await describe(arn, service, ports) }
    }
  }
}

async function named(
  { reference, why }: Extract<RollbackGoal, { kind: 'revision' }>,
  service: Service,
  ports: RollbackPorts,
): Promise<RollbackTarget> {
  const definition = await describe(reference, service, ports)
  const current = runningTaskDefinition(service) ?? ''
  const arn = textIn(definition, 'taskDefinitionArn') ?? reference
  const [family, now] = [familyOf(arn), familyOf(current)]
  // What this run takes back by itself is what the service ran before.
  const isOther = why === undefined && current !== '' && family !== now
  const doubt = `${shortName(arn)} is of another family than the live revision ${shortName(current)}: check that ${family} is a family of this service.`
  return {
    arn,
    definition,
    basis: untrusted(why ?? 'set in the input `to`'),
    warnings: isOther ? [untrusted(doubt)] : [],
  }
}

function familyOf(arn: string): string {
  return shortName(arn).split(':')[0] ?? ''
}

async function describe(reference: string, { serviceArn = '' }: Service, { ecs }: RollbackPorts): Promise<JsonObject> {
  const definition = await ecs.describeTaskDefinition(reference)
  if (definition) return definition
  throw revisionGone(
    text`The task definition ${asName(shortName(reference))} was not found in ${untrusted(placeOf(serviceArn))}`,
    text`ecs:DescribeTaskDefinition does not return it: it never existed there, or was deleted`,
    text`Correct the input ${quoted('to')}; ${quoted('aws ecs list-task-definitions --sort DESC --family-prefix FAMILY')} lists revisions. Nothing has been changed.`,
  )
}

async function withImage(
  { image, container }: Extract<RollbackGoal, { kind: 'image' }>,
  current: string,
  ports: RollbackPorts,
): Promise<RollbackTarget> {
  const family = familyOf(current)
  const revisions = await ports.revisions.activeRevisions(family, searched)
  for (const arn of revisions) {
    const definition = await ports.ecs.describeTaskDefinition(arn)
    if (definition && hasImage(definition, image, container)) {
      const basis = untrusted(`the newest revision of ${family} with the image ${image}`)
      return { arn, definition, basis, warnings: [] }
    }
  }
  throw new Failure({
    code: 'nothing-to-go-back-to',
    what: text`No active revision of ${untrusted(family)} has the image ${untrusted(image)}`,
    why: text`the newest ${revisions.length} were searched, and a rollback registers no new one`,
    fix: text`Name a revision in the input ${quoted('to')}, or deploy the image (actions/deploy). Nothing has been changed.`,
  })
}

function hasImage(definition: JsonObject, wanted: string, container: string | undefined): boolean {
  return containersOf(definition)
    .filter((candidate) => container === undefined || textIn(candidate, 'name') === container)
    .some((candidate) => isImage(textIn(candidate, 'image') ?? '', wanted))
}

function isImage(image: string, wanted: string): boolean {
  if (image === wanted) return true
  const reference = parseReference(image)
  return reference?.digest === wanted || reference?.tag === wanted
}

function others(current: string, from: string): Failure {
  return new Failure({
    code: 'deployment-conflict',
    what: text`The live revision is ${asName(shortName(current))}, no longer ${asName(shortName(from))}, so it was not rolled back`,
    why: text`another user or run has deployed it, and a rollback does not replace that`,
    fix: text`Check that ${asName(shortName(current))} works with the other services of this run. AWS CloudTrail has the user (event UpdateService or CreateDeployment). Nothing has been changed.`,
  })
}

function undeployable(arn: string, reason: Text): Failure {
  return revisionGone(
    text`The revision ${asName(shortName(arn))} can no longer be deployed`,
    text`${reason}, and ECS updates a service to active revisions only`,
    text`Name an active revision in the input ${quoted('to')}; or deploy its image (actions/deploy), which registers a new revision. Nothing has been changed.`,
  )
}

/** A revision that was found and is of no use any more. */
export function revisionGone(what: Text, why: Text, fix: Text): Failure {
  return new Failure({ code: 'revision-gone', what, why, fix })
}
