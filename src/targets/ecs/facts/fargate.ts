import type { JsonObject, Service } from '../../../ports.ts'

/** By the service's capacity providers or launch type; without either by `requiresCompatibilities`, which only permit Fargate. */
export function runsOnFargate(service: Service | undefined, definition: JsonObject): boolean {
  const providers = service?.capacityProviderStrategy ?? []
  if (providers.length > 0) return providers.some(({ capacityProvider = '' }) => capacityProvider.startsWith('FARGATE'))
  if (service?.launchType) return service.launchType === 'FARGATE'
  const { requiresCompatibilities } = definition
  return Array.isArray(requiresCompatibilities) && requiresCompatibilities.includes('FARGATE')
}
