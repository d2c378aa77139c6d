import type { Cause } from '../../../../src/diagnosis/cause.ts'
import { causeSentence } from '../../../../src/report/sentence.ts'
import type {
  Evidence,
  StoppedContainer,
  StoppedTaskGroup,
} from '../../../../src/targets/ecs/facts/deployment-evidence.ts'
import { explain } from '../../../../src/targets/ecs/finish/explain.ts'
import { renderText, untrusted } from '../../../../src/text.ts'

export const nothing: Evidence = {
  stoppedTasks: [],
  serviceEvents: [],
  targetHealth: [],
  logs: [],
  missingPermissions: [],
}

export type Container = Partial<Omit<StoppedContainer, 'reason'>> & { readonly reason?: string }

/** Stopped tasks of one kind, of a service with the container `api` unless others are given. */
export function stopped(
  stoppedReason: string,
  { count = 3, stopCode = 'TaskFailedToStart', containers = [{}] as readonly Container[] } = {},
): StoppedTaskGroup {
  return {
    count,
    stopCode,
    stoppedReason: untrusted(stoppedReason),
    containers: containers.map(({ reason, ...container }) => ({
      name: 'api',
      essential: true,
      image: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/api:v2',
      ...container,
      ...(reason === undefined ? {} : { reason: untrusted(reason) }),
    })),
    exampleTaskArn: 'arn:aws:ecs:eu-west-1:111122223333:task/shop/0af1c2d3e4f5061728394a5b6c7d8e9f',
  }
}

export function event(message: string): Evidence['serviceEvents'][number] {
  return { at: 1, message: untrusted(message) }
}

/** The log of a container, oldest line first. */
export function log(container: string, ...lines: readonly string[]): Evidence['logs'][number] {
  return { container, logGroup: '/shop/api', logStream: `api/${container}/0af1`, lines: lines.map(untrusted) }
}

export function causeOf(evidence: Partial<Evidence>): Cause {
  return explain({ ...nothing, ...evidence }, { outcome: 'failed' })
}

/** Cause and advice with all that is put around them for people, such as how sure the cause is. */
export function sentences(cause: Cause): string {
  return [causeSentence(cause), cause.fix].map((part) => renderText(part, (theirs) => theirs)).join(' ')
}
