import type { Text } from '../../../text.ts'
import type { NativeEnd } from './await-native.ts'
import type { NativePlan } from './plan-native.ts'
import type { readNativeFacts } from './read-native-facts.ts'

type ToNative = Parameters<typeof readNativeFacts>

/** For `slipway to-native`: how a service goes from CodeDeploy to the blue/green deployments of ECS. Reads only. */
export async function ecsNativePlan(...[subject, wish, ports]: ToNative): Promise<NativePlan> {
  const { planNative } = await import('./plan-native.ts')
  const { readNativeFacts } = await import('./read-native-facts.ts')
  return planNative(await readNativeFacts(subject, wish, ports), wish)
}

/** The same done and watched, each step in words. */
export async function* ecsToNative(...asked: ToNative): AsyncGenerator<Text, NativeEnd> {
  const { changeToNative } = await import('./change-to-native.ts')
  return yield* changeToNative(...asked)
}
