import { Failure } from '../../../failure.ts'
import type { UpdateServiceRequest } from '../../../ports.ts'
import { type Text, text } from '../../../text.ts'
import type { NativeEnd } from './await-native.ts'
import type { NativePorts } from './read-native-facts.ts'

const later = text`The PAUSE hook that replaces the ready wait is not set yet`
const how = text`repeat the command once no deployment is in progress, before the deployment group is deleted`

/**
 * Sets the pause once the first deployment has ended, however it did: a later deployment must not go without the approval that it had.
 * An end without it is not done.
 */
export async function* withPause(
  end: NativeEnd,
  request: UpdateServiceRequest,
  { ecs }: NativePorts,
): AsyncGenerator<Text, NativeEnd> {
  if (!end.isOver) return { ...end, isDone: false, words: text`${end.words} ${later}: ${how}.` }
  yield text`3. A PAUSE hook replaces the ready wait`
  try {
    await ecs.updateService(request)
    return end
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const { what, why, fix } = error.parts
    const reason = text`${what}${why ? text`: ${why}` : text``}.${fix ? text` ${fix}` : text``}`
    return { ...end, isDone: false, words: text`${end.words} ${later}: ${reason} Then ${how}.` }
  }
}
