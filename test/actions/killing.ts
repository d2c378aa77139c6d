import type { InProcessHandler } from '../simulator/in-process.ts'
import type { Simulator } from '../simulator/simulator.ts'

/** The n-th call to AWS leaves, or is answered, and the process is dead from then on. */
export function killing(sim: Simulator, moment: number) {
  let moments = 0
  const kill = Promise.withResolvers<string>()
  const never = new Promise<never>(() => undefined)
  const isAlive = () => moments++ < moment
  const handle: InProcessHandler['handle'] = async (request, options) => {
    const what = String(request.headers['x-amz-target'])
    if (!isAlive()) {
      kill.resolve(`${what} leaves`)
      return await never
    }
    const answer = await sim.requestHandler.handle(request, options)
    if (isAlive()) return answer
    kill.resolve(`${what} is answered`)
    return await never
  }
  const world = {
    requestHandler: { ...sim.requestHandler, handle },
    fetch: (url: string, init: RequestInit) => sim.fetch(url, init),
  }
  return { world, killed: kill.promise }
}
