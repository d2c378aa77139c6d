/** A site with OriginPath whose releases have a canary. */
import { policiesOf } from '../simulator/cloudfront/continuous-deployment.ts'
import { distributionsOf } from '../simulator/cloudfront/distributions.ts'
import type { Handler } from '../simulator/contract.ts'
import { buildOf, deploySite, type SiteOptions, type SiteScene, siteScene } from './site-scene.ts'

export const pointed = { publish: 'origin-path' }
export const canary = { ...pointed, 'canary-weight': '10', 'canary-minutes': '2' }

const reading = (source: string) => ({
  Effect: 'Allow',
  Principal: { Service: 'cloudfront.amazonaws.com' },
  Action: ['s3:GetObject', 's3:ListBucket'],
  Condition: { ArnLike: { 'AWS:SourceArn': source } },
})

/** A site with a release that is live. */
export async function given(options: SiteOptions = {}) {
  const policy = JSON.stringify({ Statement: [reading('arn:aws:cloudfront::111122223333:distribution/*')] })
  const distribution = { deploySeconds: 15, invalidationSeconds: 10, ...options.distribution }
  const scene = siteScene({ bucket: { policy }, ...options, distribution })
  const { outputs } = await deploySite(scene, { build: buildOf('one') }, pointed)
  scene.sim.recorder.clear()
  return { scene, first: outputs.release ?? '' }
}

export const stagingOf = ({ sim }: SiteScene) =>
  [...distributionsOf(sim.world).values()].filter(({ config }) => config.Staging === true)
export const policyOf = ({ sim }: SiteScene) => [...policiesOf(sim.world).values()]
export const pathOf = ({ config }: SiteScene['distribution']) => config.Origins.Items[0]?.OriginPath

/** What visitors get at each call of CloudFront, without the caches of the primary distribution. */
export function watch(scene: SiteScene) {
  const seen: { readonly operation: string; readonly fresh: ReadonlySet<string>; readonly header: string }[] = []
  const { handlers } = scene.cloudfront as { readonly handlers: Record<string, Handler> }
  let at: readonly unknown[] = []
  for (const [operation, handler] of Object.entries(handlers))
    handlers[operation] = (input, call) => {
      const output = handler(input, call)
      const { live, livePolicy } = scene.distribution
      const now = [live, livePolicy, stagingOf(scene)[0]?.live, operation.replace(/^Get.*/, '')]
      if (now.every((one, index) => one === at[index])) return output
      at = now
      const bodies = Array.from({ length: 40 }, () => word(scene.visit('/').body))
      const header = scene.cloudfront.view(scene.distribution.domain, '/', { 'aws-cf-cd-canary': 'yes' }).body ?? ''
      seen.push({ operation, fresh: new Set(bodies), header: word(Buffer.from(header as string).toString()) })
      return output
    }
  return seen
}

const word = (body: string) => /(one|two|three)$/.exec(body)?.[1] ?? body

export const denied = (action: string) =>
  ({ kind: 'error', code: 'AccessDenied', message: `not authorized to perform: ${action}`, status: 403 }) as const
