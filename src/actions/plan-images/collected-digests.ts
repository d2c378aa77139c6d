import { isDigest } from '../../image/reference.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import { type Text, text, untrusted } from '../../text.ts'
import type { BuildRows } from './build-rows.ts'

/** Outputs of a matrix job, as `toJSON(needs.build.outputs)` has them. */
export type JobOutputs = Readonly<Record<string, unknown>>

/** A digest that a job has to have put out, or what is wrong. */
type Found = { readonly name: string; readonly digest: string } | { readonly name: string; readonly problem: Text }

/** Digests of the platforms of one image, for its join. Throws `inputs-invalid` with every one that is missing. */
export function digestsOfParts(rows: BuildRows, image: string, built: JobOutputs): readonly string[] {
  const parts = rows.build.filter((row) => row.image === image && row['by-digest'])
  return required(
    parts.map(({ platform, index }) => find(platform, `${nameOf(image)} for ${platform}`, built, index)),
  ).map(([, digest]) => digest)
}

/** Digest of every image that was built, by its name. Throws `inputs-invalid` with every one that is missing. */
export function digestsOfImages(
  rows: BuildRows,
  built: JobOutputs,
  joined: JobOutputs,
): Readonly<Record<string, string>> {
  const found = [
    ...rows.build
      .filter((row) => !row['by-digest'])
      .map(({ image, index }) => find(image, nameOf(image), built, index)),
    ...rows.join.map(({ image, index }) => find(image, nameOf(image), joined, index)),
  ]
  return Object.fromEntries(required(found).toSorted(([one], [other]) => (one < other ? -1 : 1)))
}

function nameOf(image: string): string {
  return image === '' ? 'the image' : `the image ${image}`
}

function find(name: string, what: string, outputs: JobOutputs, index: number): Found {
  const digest = outputs[`digest-${index}`]
  if (typeof digest === 'string' && isDigest(digest)) return { name, digest }
  const problem = text`the digest of ${untrusted(what)} is missing in the outputs of its job: GitHub drops an output that contains a masked value`
  return { name, problem }
}

function required(found: readonly Found[]): readonly (readonly [string, string])[] {
  const problems = found.flatMap((one) => ('problem' in one ? [one.problem] : []))
  if (problems.length > 0) throw invalidInputs(problems)
  return found.flatMap((one) => ('digest' in one ? [[one.name, one.digest] as const] : []))
}
