import type { World } from './contract.ts'
import type { HttpRequest, HttpResponse } from './http.ts'

const load = async <T>(path: string, name: string, fallback: T): Promise<T> => {
  try {
    return (await import(path))[name] as T
  } catch (error) {
    if ((error as { code?: string }).code?.includes('MODULE_NOT_FOUND')) return fallback
    throw error
  }
}
export interface Site {
  handle(request: HttpRequest): Promise<HttpResponse | undefined>
}
export const createGitHub = await load<(world: World) => Site>('./github.ts', 'createGitHub', () => ({
  handle: async () => undefined,
}))
export const createSlack = await load<(world: World) => Site>('./slack.ts', 'createSlack', () => ({
  handle: async () => undefined,
}))
