import { parseArn } from '../../../arn.ts'
import type { ReadFact } from '../../../diagnosis/read-fact.ts'
import type { ImageStore, JsonObject, Service } from '../../../ports.ts'
import type { Evidence, PlatformEvidence } from '../facts/deployment-evidence.ts'
import { runsOnFargate } from '../facts/fargate.ts'
import { gatherImages } from '../preflight/gather-images.ts'
import { platformOf } from '../preflight/judge-images.ts'

const misfit = /exec format error|does not contain descriptor matching platform/i

/** The platforms of task and images, when a program or an image was for another one. */
export async function readPlatforms(
  { stoppedTasks, serviceEvents, logs }: Pick<Evidence, 'stoppedTasks' | 'serviceEvents' | 'logs'>,
  service: Service | undefined,
  definition: JsonObject | undefined,
  store: ImageStore | undefined,
  readFact: ReadFact,
): Promise<PlatformEvidence | undefined> {
  const said = [
    ...stoppedTasks.flatMap(({ stoppedReason, containers }) => [
      stoppedReason,
      ...containers.map(({ reason }) => reason),
    ]),
    ...serviceEvents.map(({ message }) => message),
    ...logs.flatMap(({ lines }) => lines),
  ]
  if (definition === undefined || !said.some((words) => words && misfit.test(words.untrusted))) return undefined
  const task = platformOf({ definition, isFargate: runsOnFargate(service, definition) })
  const { accountId, region } = parseArn(service?.serviceArn ?? '') ?? {}
  if (store === undefined || region === undefined) return { task, images: [] }
  const facts = await gatherImages(definition, { accountId, region }, store, readFact)
  return {
    task,
    images: facts.flatMap(({ reference, containers, standing }) =>
      standing.kind === 'there' && standing.platforms ? [{ reference, containers, platforms: standing.platforms }] : [],
    ),
  }
}
