import type { Alarms, AwsService, EcrService, EcsService, LoadBalancing, Logs, Scenarios, World } from './contract.ts'
import type { HttpRequest, HttpResponse } from './http.ts'

const load = async <T>(path: string, name: string, fallback: T): Promise<T> => {
  try {
    return (await import(path))[name] as T
  } catch (error) {
    if ((error as { code?: string }).code?.includes('MODULE_NOT_FOUND')) return fallback
    throw error
  }
}
const none = (() => ({ handlers: {} })) as never
type Make<T> = (world: World, region: string) => T
export interface Site {
  handle(request: HttpRequest): Promise<HttpResponse | undefined>
}
export const createEcs = await load<Make<EcsService>>('./ecs/ecs.ts', 'createEcs', none)
export const createLoadBalancing = await load<Make<LoadBalancing>>('./elbv2.ts', 'createLoadBalancing', none)
export const createLogs = await load<Make<Logs>>('./logs.ts', 'createLogs', none)
export const createAlarms = await load<Make<Alarms>>('./cloudwatch.ts', 'createAlarms', none)
export const createCodeDeploy = await load<Make<AwsService>>('./codedeploy/codedeploy.ts', 'createCodeDeploy', none)
export const createEcr = await load<Make<EcrService>>('./ecr.ts', 'createEcr', none)
export const createScenarios = await load<() => Scenarios>('./scenarios.ts', 'createScenarios', (() => ({})) as never)
export const handleRegistry = await load<
  (world: World, request: HttpRequest) => HttpResponse | undefined | Promise<HttpResponse | undefined>
>('./oci-registry.ts', 'handleRegistry', () => undefined)
export const createGitHub = await load<(world: World) => Site>('./github.ts', 'createGitHub', () => ({
  handle: async () => undefined,
}))
export const createSlack = await load<(world: World) => Site>('./slack.ts', 'createSlack', () => ({
  handle: async () => undefined,
}))
