import type { Clock } from '../../../clock.ts'
import type { EcsAccess } from '../request/ecs-context.ts'

type Methods<Port> = { readonly [Name in keyof Port]: (...asked: never[]) => Promise<unknown> }

interface Answer {
  readonly at: number
  readonly answer: Promise<unknown>
}

/** Shorter than the pause before a preflight repeats a suspect read. Milliseconds. */
const fresh = 900

/**
 * The same access to AWS, in which equal reads of preflights within a second are one: services that are deployed together
 * have roles, images and secrets in common, and IAM and CloudWatch Logs take few calls a second.
 */
export function shareReads(aws: EcsAccess, clock: Clock): EcsAccess {
  return sharing(aws, clock, new Map())
}

function sharing(aws: EcsAccess, clock: Clock, answers: Map<string, Answer>): EcsAccess {
  const { images } = aws
  const share = <Port extends Methods<Port>>(name: string, port: Port) => shared(name, port, answers, clock)
  return {
    ...aws,
    ecr: share('ecr', aws.ecr),
    preflight: share('preflight', aws.preflight),
    roles: share('roles', aws.roles),
    ...(images && { images: { ...images, registry: share('registry', images.registry) } }),
    within: (deadline) => sharing({ ...aws, ...aws.within(deadline) }, clock, answers),
  }
}

function shared<Port extends Methods<Port>>(
  name: string,
  port: Port,
  answers: Map<string, Answer>,
  clock: Clock,
): Port {
  return new Proxy(port, {
    get(_, method) {
      // Else an `await` would take the port itself for a promise.
      if (method === 'then') return undefined
      return (...asked: never[]) => {
        const key = JSON.stringify([name, method, ...asked])
        const known = answers.get(key)
        if (known && clock.monotonic() - known.at < fresh) return known.answer
        const answer = port[method as keyof Port](...asked)
        answers.set(key, { at: clock.monotonic(), answer })
        return answer
      }
    },
  })
}
