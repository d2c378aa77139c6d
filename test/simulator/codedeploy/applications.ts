/** Applications of the compute platform ECS. */
import type { CreateApplicationInput, GetApplicationInput, ListApplicationsInput } from '@aws-sdk/client-codedeploy'
import type { Handlers } from '../contract.ts'
import { paginate, uuid } from '../identifiers.ts'
import { type ApplicationRecord, type CodeDeployState, refusal } from './state.ts'

export function findApplication(state: CodeDeployState, name: string | undefined): ApplicationRecord {
  const found = state.applications.get(name ?? '')
  if (!found) throw refusal('ApplicationDoesNotExistException', `No application found for name: ${name}`)
  return found
}

export const applicationHandlers = (state: CodeDeployState): Handlers => ({
  CreateApplication: (input: CreateApplicationInput) => {
    const applicationName = input.applicationName ?? ''
    if (state.applications.has(applicationName))
      throw refusal('ApplicationAlreadyExistsException', `Application already exists with name: ${applicationName}`)
    if (input.computePlatform !== 'ECS')
      throw refusal('InvalidComputePlatformException', 'The simulator knows the compute platform ECS only.')
    const applicationId = uuid(state.world)
    const createdAt = state.world.clock.now()
    state.applications.set(applicationName, { applicationId, applicationName, createdAt, groups: new Map() })
    return { applicationId }
  },
  GetApplication: (input: GetApplicationInput) => {
    const { applicationId, applicationName, createdAt } = findApplication(state, input.applicationName)
    const createTime = new Date(createdAt)
    return {
      application: { applicationId, applicationName, createTime, linkedToGitHub: false, computePlatform: 'ECS' },
    }
  },
  ListApplications: (input: ListApplicationsInput) => {
    const { page, nextToken } = paginate([...state.applications.keys()].sort(), 100, input.nextToken)
    return { applications: page, ...(nextToken && { nextToken }) }
  },
})
