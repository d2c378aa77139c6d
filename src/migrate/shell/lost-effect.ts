import { type Text, text, untrusted } from '../../text.ts'
import type { Job, Step } from '../workflow.ts'
import type { Read } from './made.ts'
import { isKnown } from './variables.ts'

/** What a script does beside what its new steps do; undefined: nothing. */
export function lostEffect(step: Step, read: Read): Text | undefined {
  return unusedDefinition(step, read) ?? localImage(step, read) ?? otherRepository(read) ?? otherWait(read)
}

/** A definition that is registered or written, and not deployed by this script alone. */
function unusedDefinition(step: Step, { effects, surroundings }: Read): Text | undefined {
  const { definitions, deployments } = effects
  const registered = [...definitions.values()].filter(({ isRegistered }) => isRegistered).length
  if (
    registered !== deployments.filter(({ isRegistered }) => isRegistered).length ||
    (definitions.size > 0 && registered === 0)
  )
    return text`it makes a task definition that it does not deploy itself`
  const files = [...definitions.keys()].filter((name) => isKnown(name))
  const texts = otherTexts(step, surroundings.job)
  const used = files.find((file) => texts.some((one) => one.includes(file)))
  return used === undefined ? undefined : text`another step uses the file ${untrusted(used)}, which it writes`
}

/** An image that only has a local name, and that another step uses: a build of Buildx does not load it. */
function localImage(step: Step, { effects, surroundings }: Read): Text | undefined {
  const names = effects.builds.flatMap(({ references, pushed }) => references.filter((name) => !pushed.has(name)))
  const scripts = otherTexts(step, surroundings.job).filter((one) => /\bdocker\b/.test(one))
  const isUsed = (name: string) =>
    scripts.some((script) => script.split(/[\s"']+/).some((word) => word === name || `${word}:latest` === name))
  const used = names.find(isUsed)
  return used === undefined ? undefined : text`another step uses the local image ${untrusted(used)}`
}

function otherRepository({ effects }: Read): Text | undefined {
  const built = effects.builds.flatMap(({ pushed }) => [...pushed])
  const other = [...effects.repositories.keys()].find(
    (name) => !built.some((reference) => reference.includes(`/${name}:`)),
  )
  return other === undefined
    ? undefined
    : text`it creates the repository ${untrusted(other)}, which it does not push to`
}

function otherWait({ effects }: Read): Text | undefined {
  const isStarted = (cluster: string, service: string) =>
    effects.deployments.some((one) => one.cluster === cluster && one.service === service)
  const other = effects.waits.flatMap(({ cluster, services }) =>
    services.filter((service) => !isStarted(cluster, service)),
  )[0]
  return other === undefined ? undefined : text`it waits for the service ${untrusted(other)}, which it does not deploy`
}

function otherTexts(step: Step, { steps }: Job): readonly string[] {
  const others = steps.filter(({ index }) => index !== step.index)
  return others.flatMap((other) => [other.run ?? '', ...[...other.with.values()].map((value) => value.text)])
}
