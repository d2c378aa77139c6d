/** What containers do, by image. Tests and the demo say so here; tasks, target health, events and logs follow from it. */
import type { Behaviour, Scenarios } from './contract.ts'

/** All names under which somebody may know the image: the whole reference, its tag and its digest. */
export function namesOf(image: string, aliases: readonly string[] = []): string[] {
  const [named = image, digest] = image.split('@')
  const colon = named.lastIndexOf(':')
  const tag = colon > named.lastIndexOf('/') ? named.slice(colon + 1) : undefined
  return [image, named, ...(tag ? [tag] : []), ...(digest ? [digest] : []), ...aliases]
}

/** Scenarios without a rule: every image is healthy. */
export function createScenarios(): Scenarios {
  const rules: { image: string | RegExp; behaviour: Behaviour }[] = []
  return {
    set: (image, behaviour) => {
      rules.unshift({ image, behaviour })
    },
    behaviour: (image, aliases) => {
      const names = namesOf(image, aliases)
      const fits = (rule: string | RegExp) =>
        names.some((name) => (typeof rule === 'string' ? name === rule : name.search(rule) >= 0))
      return rules.find((rule) => fits(rule.image))?.behaviour ?? { kind: 'healthy' }
    },
  }
}
