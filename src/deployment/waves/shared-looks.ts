import type { Clock } from '../../clock.ts'
import type { Context } from '../context.ts'

type Methods<Port> = { readonly [Name in keyof Port]: (...asked: never[]) => Promise<unknown> }

interface Answer {
  readonly at: number
  readonly answer: Promise<unknown>
}

/** Shorter than the pause before a preflight looks again at what is suspect. Milliseconds. */
const fresh = 900

/**
 * The same context, in which what a preflight asks is not asked again within a second: services that are deployed together
 * have roles, images and secrets in common, and IAM and CloudWatch Logs take few calls a second.
 */
export function shareLooks(context: Context): Context {
  return sharing(context, new Map())
}

function sharing(context: Context, answers: Map<string, Answer>): Context {
  const { clock, images } = context
  const share = <Port extends Methods<Port>>(name: string, port: Port) => shared(name, port, answers, clock)
  return {
    ...context,
    ecr: share('ecr', context.ecr),
    preflight: share('preflight', context.preflight),
    roles: share('roles', context.roles),
    ...(images && { images: { ...images, registry: share('registry', images.registry) } }),
    within: (deadline) => sharing({ ...context, ...context.within(deadline) }, answers),
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
