/** GitHub's deployments and their statuses. https://docs.github.com/rest/deployments */
import type { World } from '../contract.ts'
import { type HttpResponse, json } from '../http.ts'
import { type Asked, type FieldError, notFound, page, unprocessable } from './request.ts'

export interface DeploymentStatusRecord {
  readonly id: number
  readonly state: string
  readonly description: string
  readonly environment: string
  readonly log_url: string
  readonly environment_url: string
  readonly created_at: string
}

export interface GitHubDeployment {
  readonly id: number
  readonly repository: string
  readonly sha: string
  readonly ref: string
  readonly environment: string
  readonly description: string
  readonly transient: boolean
  readonly production: boolean
  readonly createdAt: string
  /** Oldest first. */
  readonly statuses: DeploymentStatusRecord[]
}

const states = ['error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success']
/** GitHub refuses a longer description of a status with 422. */
const maximumDescription = 140

const tooLong = (resource: string, description: unknown): FieldError[] =>
  typeof description === 'string' && description.length > maximumDescription
    ? [
        {
          resource,
          field: 'description',
          code: 'custom',
          message: `description is too long (maximum is ${maximumDescription} characters)`,
        },
      ]
    : []

const brokenUrls = (body: Asked['body']): FieldError[] =>
  ['log_url', 'target_url', 'environment_url']
    .filter((field) => body[field] !== undefined && body[field] !== '' && !/^https?:\/\/\S+$/.test(String(body[field])))
    .map((field) => ({
      resource: 'DeploymentStatus',
      field,
      code: 'custom',
      message: `${field} must use http(s) scheme`,
    }))

const text = (value: unknown, fallback = '') => (typeof value === 'string' ? value : fallback)

export function createDeployments(world: World) {
  const all: GitHubDeployment[] = []
  let statusId = 9000
  const time = () => new Date(world.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z')

  const describe = (asked: Asked, deployment: GitHubDeployment) => {
    const url = `${asked.apiUrl}/repos/${deployment.repository}/deployments/${deployment.id}`
    const { id, sha, ref, environment, description, transient, production, createdAt, statuses } = deployment
    return {
      url,
      id,
      node_id: `DE_${id}`,
      task: 'deploy',
      original_environment: environment,
      environment,
      description,
      created_at: createdAt,
      updated_at: statuses.at(-1)?.created_at ?? createdAt,
      statuses_url: `${url}/statuses`,
      repository_url: `${asked.apiUrl}/repos/${deployment.repository}`,
      sha,
      ref,
      payload: {},
      transient_environment: transient,
      production_environment: production,
    }
  }

  const addStatus = (deployment: GitHubDeployment, body: Asked['body']): DeploymentStatusRecord => {
    const status = {
      id: statusId++,
      state: text(body.state),
      description: text(body.description),
      environment: text(body.environment, deployment.environment),
      log_url: text(body.log_url, text(body.target_url)),
      environment_url: text(body.environment_url),
      created_at: time(),
    }
    deployment.statuses.push(status)
    return status
  }

  /** What `auto_inactive` does to the earlier deployments of the environment. */
  const retire = (current: GitHubDeployment) => {
    for (const other of all) {
      const isOlder = other.id < current.id && other.repository === current.repository
      if (!isOlder || other.environment !== current.environment || other.transient || other.production) continue
      if (other.statuses.at(-1)?.state === 'success') addStatus(other, { state: 'inactive' })
    }
  }

  const create = (
    fields: Partial<GitHubDeployment> & Pick<GitHubDeployment, 'repository' | 'sha'>,
  ): GitHubDeployment => {
    const environment = fields.environment ?? 'production'
    const deployment = {
      id: 1000 + all.length,
      ref: fields.sha,
      description: '',
      transient: false,
      production: environment === 'production',
      createdAt: time(),
      statuses: [],
      ...fields,
      repository: fields.repository.toLowerCase(),
      environment,
    }
    all.push(deployment)
    return deployment
  }

  const list = (asked: Asked) => {
    const fits = (deployment: GitHubDeployment) =>
      deployment.repository === asked.repository &&
      (['sha', 'ref', 'environment'] as const).every((name) => {
        const wanted = asked.query.get(name)
        return wanted === null || wanted === '' || wanted === 'none' || deployment[name] === wanted
      })
    return page(
      asked,
      all
        .filter(fits)
        .reverse()
        .map((deployment) => describe(asked, deployment)),
    )
  }

  const post = (asked: Asked): HttpResponse => {
    const { body, repository } = asked
    if (typeof body.ref !== 'string')
      return unprocessable([{ resource: 'Deployment', field: 'ref', code: 'missing_field' }])
    const errors = tooLong('Deployment', body.description)
    if (errors.length > 0) return unprocessable(errors)
    const deployment = create({
      repository,
      sha: body.ref,
      ref: body.ref,
      environment: text(body.environment, 'production'),
      description: text(body.description),
      transient: body.transient_environment === true,
    })
    return json(201, describe(asked, deployment))
  }

  const postStatus = (asked: Asked, deployment: GitHubDeployment): HttpResponse => {
    const { body } = asked
    const wrongState: FieldError[] = states.includes(text(body.state))
      ? []
      : [{ resource: 'DeploymentStatus', field: 'state', code: 'custom', message: 'state is not included in the list' }]
    const errors = [...wrongState, ...tooLong('DeploymentStatus', body.description), ...brokenUrls(body)]
    if (errors.length > 0) return unprocessable(errors)
    const status = addStatus(deployment, body)
    if (status.state === 'success' && body.auto_inactive !== false) retire(deployment)
    return json(201, { ...status, deployment_url: describe(asked, deployment).url })
  }

  return {
    /** As GitHub makes one when a job enters its environment. */
    create,
    all: (): readonly GitHubDeployment[] => all,
    handle(asked: Asked): HttpResponse | undefined {
      const [, id, part, statusOf] = /^deployments(?:\/(\d+)(?:\/(statuses)(?:\/(\d+))?)?)?$/.exec(asked.rest) ?? [
        'none',
      ]
      if (!asked.rest.startsWith('deployments') || (asked.method !== 'GET' && asked.method !== 'POST')) return undefined
      const refused = asked.refusal('deployments', asked.method === 'GET' ? 'read' : 'write')
      if (refused) return refused
      if (id === undefined) return asked.method === 'GET' ? list(asked) : post(asked)
      const found = all.find((deployment) => deployment.repository === asked.repository && deployment.id === Number(id))
      if (!found) return notFound()
      if (part === undefined) return asked.method === 'GET' ? json(200, describe(asked, found)) : undefined
      if (asked.method === 'POST') return postStatus(asked, found)
      if (statusOf === undefined) return page(asked, [...found.statuses].reverse())
      const status = found.statuses.find((one) => one.id === Number(statusOf))
      return status ? json(200, status) : notFound()
    },
  }
}
