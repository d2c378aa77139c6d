/** Applications of the compute platform ECS. */
import type {
  ApplicationInfo,
  BatchGetApplicationsInput,
  CreateApplicationInput,
  GetApplicationInput,
  ListApplicationsInput,
} from '@aws-sdk/client-codedeploy'
import type { Handlers } from '../contract.ts'
import { paginate, uuid } from '../identifiers.ts'
import { type ApplicationRecord, type CodeDeployState, refusal } from './state.ts'

export function findApplication(state: CodeDeployState, name: string | undefined): ApplicationRecord {
  const found = state.applications.get(name ?? '')
  if (!found) throw refusal('ApplicationDoesNotExistException', `No application found for name: ${name}`)
  return found
}

const describe = ({ applicationId, applicationName, createdAt }: ApplicationRecord): ApplicationInfo => ({
  ...{ applicationId, applicationName, createTime: new Date(createdAt) },
  ...{ linkedToGitHub: false, computePlatform: 'ECS' },
})

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
  GetApplication: (input: GetApplicationInput) => ({
    application: describe(findApplication(state, input.applicationName)),
  }),
  BatchGetApplications: (input: BatchGetApplicationsInput) => {
    const names = input.applicationNames ?? []
    if (names.length > 100) throw refusal('BatchLimitExceededException', 'The maximum number of names is 100.')
    return { applicationsInfo: names.map((name) => describe(findApplication(state, name))) }
  },
  ListApplications: (input: ListApplicationsInput) => {
    const { page, nextToken } = paginate([...state.applications.keys()].sort(), 100, input.nextToken)
    return { applications: page, ...(nextToken && { nextToken }) }
  },
})
