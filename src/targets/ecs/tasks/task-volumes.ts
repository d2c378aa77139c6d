import { Failure } from '../../../failure.ts'
import type { JsonObject } from '../../../ports.ts'
import { objectIn, objectsIn, textIn } from '../../../task-definition/members.ts'
import { asName, joined, type Text, text, untrusted } from '../../../text.ts'
import type { OneOffTask } from '../request/service-request.ts'

/**
 * What is wrong with `volumeConfigurations` for tasks of a definition, as clauses: "Each task definition revision may only have one volume
 * configured at launch" (API Volume), which must have the name, and the rules of API TaskManagedEBSVolumeConfiguration.
 */
export function volumeProblems(configurations: readonly JsonObject[], definition: JsonObject): readonly Text[] {
  const many = configurations.length > 1 ? [text`a task has at most one volume that is configured at launch`] : []
  return [...many, ...configurations.flatMap((one) => [...nameProblems(one, definition), ...volumeRules(one)])]
}

/** Refuses what RunTask would refuse, before anything is registered. Throws `inputs-invalid`. */
export function requireVolumes(
  task: Pick<OneOffTask, 'volumeConfigurations'> | undefined,
  definition: JsonObject,
): void {
  const problems = volumeProblems(task?.volumeConfigurations ?? [], definition)
  if (problems.length === 0) return
  throw new Failure({
    code: 'inputs-invalid',
    what: text`The volume of the one-off task is invalid (volumeConfigurations)`,
    why: text`${joined(problems, '; ')}`,
    fix: text`Correct the volume, or the volumes of the task definition. Nothing has been changed.`,
    docs: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-ebs-config.html',
  })
}

function nameProblems(configuration: JsonObject, definition: JsonObject): readonly Text[] {
  const name = textIn(configuration, 'name')
  if (name === undefined) return [text`name is required: that of the volume of the task definition`]
  const volumes = objectsIn(definition, 'volumes')
  const volume = volumes.find((one) => textIn(one, 'name') === name)
  if (volume?.configuredAtLaunch === true) return []
  if (volume !== undefined)
    return [text`the volume ${asName(name)} of the task definition does not have configuredAtLaunch: true`]
  const known = volumes.map((one) => textIn(one, 'name') ?? '').join(', ')
  return [text`the task definition has no volume ${asName(name)}; it has ${known === '' ? 'none' : untrusted(known)}`]
}

function volumeRules(configuration: JsonObject): readonly Text[] {
  if (configuration.managedEBSVolume === undefined) return [text`managedEBSVolume is required`]
  const volume = objectIn(configuration, 'managedEBSVolume')
  const { sizeInGiB, snapshotId, volumeInitializationRate, iops, throughput } = volume
  const type = textIn(volume, 'volumeType') ?? 'gp3'
  const needs: readonly (readonly [boolean, string])[] = [
    [textIn(volume, 'roleArn') === undefined, 'roleArn is required: the ECS infrastructure role'],
    [sizeInGiB === undefined && snapshotId === undefined, 'sizeInGiB or snapshotId is required'],
    [/^io[12]$/.test(type) && iops === undefined, `iops is required for volumeType ${type}`],
    [type !== 'gp3' && throughput !== undefined, 'throughput is only for volumeType gp3'],
    [
      volumeInitializationRate !== undefined && snapshotId === undefined,
      'volumeInitializationRate requires snapshotId',
    ],
  ]
  return needs.flatMap(([isWrong, words]) => (isWrong ? [text`managedEBSVolume: ${untrusted(words)}`] : []))
}
