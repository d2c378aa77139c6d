import type { Text } from '../../../text.ts'
import type { NativeEnd } from './await-native.ts'
import type { changeToNative } from './change-to-native.ts'
import type { NativePlan } from './plan-native.ts'

type ToNative = Parameters<typeof changeToNative>

/** For `slipway to-native`: how a service goes from CodeDeploy to the blue/green deployments of ECS. Reads only. */
export async function ecsNativePlan(...[subject, wish, ports]: ToNative): Promise<NativePlan> {
  const { planNative } = await import('./plan-native.ts')
  const { readNativeFacts } = await import('./read-native-facts.ts')
  const { readService } = await import('../facts/read-service.ts')
  const { requireService } = await import('../facts/service-facts.ts')
  const service = await requireService(await readService(ports, subject), subject, ports.ecs)
  return planNative(await readNativeFacts(subject, service, wish, ports), wish)
}

/** The same done and watched, each step in words. */
export async function* ecsToNative(...asked: ToNative): AsyncGenerator<Text, NativeEnd> {
  const { changeToNative } = await import('./change-to-native.ts')
  return yield* changeToNative(...asked)
}
