/** One promotion in this process: two accounts in two regions, and roles of both. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createPromote } from '../../src/actions/promote/index.ts'
import type { World } from '../../src/actions/world/world.ts'
import { Failure, reasonOf } from '../../src/failure.ts'
import { endMarks } from '../../src/github/end-mark.ts'
import { renderText } from '../../src/text.ts'
import { signedImage } from '../image/signed-image.ts'
import { copyScene } from '../registry/copy-scene.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import type { InProcessHandler } from '../simulator/in-process.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { keys } from './scene.ts'

export const accounts = { source: '111122223333', target: '444455556666' } as const
export const writer = `arn:aws:iam::${accounts.target}:role/write`
export const near = `${accounts.source}.dkr.ecr.eu-west-1.amazonaws.com`
export const far = `${accounts.target}.dkr.ecr.us-east-1.amazonaws.com`

/** The same registry under its dual-stack name. */
export const farToo = `${accounts.target}.dkr-ecr.us-east-1.on.aws`

export interface Ran {
  readonly outputs: Record<string, string>
  readonly lines: readonly string[]
  readonly code: string | undefined
  readonly failure: string | undefined
}

/** The ECR repository `api` of the first account has the image `v1`; `shop/api` of the other one is empty. */
export async function promoteScene(image = signedImage()) {
  const scene = copyScene()
  const [one, other] = [scene.source.simulator, scene.target.simulator]
  await image.pushTo(scene.source.registry, 'api', 'v1')
  const simulators: Readonly<Record<string, Simulator>> = {
    [near]: one,
    [far]: other,
    [farToo]: other,
    'api.github.com': one,
  }
  const hosts = new Set<string>()
  other.iam.role({ name: 'write', trust: { sub: '*' } })
  const world: World = {
    requestHandler: accountHandler(one, other),
    fetch: (input, init) => {
      const { host } = new URL(String(input))
      hosts.add(host)
      const simulator = simulators[host]
      if (simulator === undefined) throw new Error(`no registry at ${String(input)}`)
      return simulator.fetch(input, init)
    },
  }
  const action = createPromote(world)
  const run = async (inputs: Record<string, string> = {}, slipwayYml?: string): Promise<Ran> => {
    const runner = await fakeRunner({
      clock: one.clock.forProgram,
      environment: { ...keys, AWS_REGION: 'eu-west-1', GITHUB_REPOSITORY: 'acme/shop', GITHUB_RUN_ID: '7' },
    })
    if (slipwayYml !== undefined) await writeFile(join(runner.workspace, 'slipway.yml'), slipwayYml)
    const idToken = async (audience: string) => other.oidc.token(audience)
    const ran = action.main(givenInputs(action.inputs, inputs), { ...runner, idToken })
    const failure = await ran.then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof Failure) return error.parts
        throw error
      },
    )
    const parts = failure && [failure.what, reasonOf(failure), failure.fix ?? []]
    const told = parts?.map((part) => renderText(part, (theirs) => theirs)).join(' | ')
    return { outputs: runner.outputs, lines: runner.lines, code: failure?.code, failure: told }
  }
  /** A deployment on GitHub's page that ended. */
  const deployed = async (environment: string, service: string, digest: string, state = 'success') => {
    const url = 'https://api.github.com/repos/acme/shop/deployments'
    const post = async (path: string, body: object) => {
      const headers = { authorization: 'Bearer ghs_test' }
      const response = await one.fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
      if (!response.ok) throw new Error(await response.text())
      return (await response.json()) as { readonly id: number }
    }
    const { id } = await post('', { ref: 'main', environment })
    const what = digest as `sha256:${string}`
    const [mark = ''] = endMarks({ services: [service], what }, state === 'failure')
    const log_url = 'https://github.com/acme/shop/actions/runs/7'
    await post(`/${id}/statuses`, { state, description: `deployed${mark}`, log_url })
  }
  return {
    ...scene,
    image,
    run,
    deployed,
    hosts,
    world,
    idToken: async (audience: string) => other.oidc.token(audience),
  }
}

/** Requests of a session of the other account's role end there: by the role's ARN, then by the key of the session. */
function accountHandler(one: Simulator, other: Simulator): InProcessHandler {
  const sessions = new Set<string>()
  return {
    ...one.requestHandler,
    async handle(request, options) {
      const { body: sent } = request
      const body =
        sent instanceof Uint8Array
          ? Buffer.from(sent.buffer, sent.byteOffset, sent.byteLength).toString()
          : String(sent ?? '')
      const key = /Credential=([^/]+)/.exec(request.headers.authorization ?? '')?.[1] ?? ''
      const isOther = body.includes(accounts.target) || sessions.has(key)
      const { response } = await (isOther ? other : one).requestHandler.handle(request, options)
      if (!isOther || !body.includes('AssumeRole')) return { response }
      let text = ''
      for await (const chunk of response.body as AsyncIterable<Buffer>) text += chunk.toString()
      for (const [, id = ''] of text.matchAll(/<AccessKeyId>([^<]+)</g)) sessions.add(id)
      return { response: { ...response, body: (await import('node:stream')).Readable.from([Buffer.from(text)]) } }
    },
  }
}
