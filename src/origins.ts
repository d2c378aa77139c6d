import { Failure, type FailureParts } from './failure.ts'
import { isSetting, type Text, untrusted } from './text.ts'

/**
 * How a setting was set, by the name of its input: `environments.staging.role (slipway.yml:9)`. Undefined: by the input of that
 * name, or not at all. A function, so that it is computed only for a message.
 */
export type Origins = (setting: string) => string | undefined

/** The same text with every setting named as it was set. */
export function withOrigins(value: Text, origins: Origins): Text {
  return value.map((part) => {
    const origin = isSetting(part) ? origins(part.setting) : undefined
    return origin === undefined ? part : untrusted(origin)
  })
}

/** The same failure with every setting named as it was set; any other error as it is. */
export function failureWithOrigins(error: unknown, origins: Origins | undefined): unknown {
  if (!(error instanceof Failure) || origins === undefined) return error
  const { what, why, fix, mistakes } = error.parts
  const parts: FailureParts = {
    ...error.parts,
    what: withOrigins(what, origins),
    ...(why && { why: withOrigins(why, origins) }),
    ...(fix && { fix: withOrigins(fix, origins) }),
    ...(mistakes && {
      mistakes: mistakes.map((mistake) => ({ ...mistake, message: withOrigins(mistake.message, origins) })),
    }),
  }
  return Object.assign(new Failure(parts), { stack: error.stack })
}

/** Does something, and names settings in its failures as they were set. */
export async function namingSettings<T>(origins: Origins | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw failureWithOrigins(error, origins)
  }
}
