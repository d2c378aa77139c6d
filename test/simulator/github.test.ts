import { getOctokit } from '@actions/github'
import { describe, expect, test } from '@jest/globals'
import { createSimulator } from './simulator.ts'

const repository = { owner: 'acme', repo: 'app' }

function gitHub() {
  const sim = createSimulator()
  return { github: sim.github, sim, rest: getOctokit('ghs_1', { request: { fetch: sim.fetch } }).rest }
}

const refusedWith = (status: number, message: string | RegExp) =>
  expect.objectContaining({ status, message: expect.stringMatching(message) })

describe('deployments', () => {
  test('are found by environment and commit, newest first, and take statuses', async () => {
    const { github, rest } = gitHub()
    const make = (environment: string, sha: string) =>
      github.deployments.create({ repository: 'acme/app', environment, sha })
    make('staging', 'aaa')
    make('production', 'aaa')
    const first = make('staging', 'bbb')
    const second = make('staging', 'bbb')
    const { data } = await rest.repos.listDeployments({ ...repository, environment: 'staging', sha: 'bbb' })
    expect(data.map(({ id }) => id)).toEqual([second.id, first.id])
    await rest.repos.createDeploymentStatus({
      ...repository,
      deployment_id: second.id,
      state: 'in_progress',
      description: 'x'.repeat(140),
      log_url: 'https://github.com/acme/app/actions/runs/1',
    })
    const statuses = await rest.repos.listDeploymentStatuses({ ...repository, deployment_id: second.id })
    expect(statuses.data).toMatchObject([{ state: 'in_progress', environment: 'staging' }])
  })

  test('come in pages', async () => {
    const { github, rest } = gitHub()
    for (let made = 0; made < 3; made++) github.deployments.create({ repository: 'acme/app', sha: 'aaa' })
    const { data, headers } = await rest.repos.listDeployments({ ...repository, per_page: 2 })
    expect(data).toHaveLength(2)
    expect(headers.link).toContain('rel="next"')
    expect((await rest.repos.listDeployments({ ...repository, per_page: 2, page: 2 })).data).toHaveLength(1)
  })

  test.each([
    [{ state: 'in_progress', description: 'x'.repeat(141) }, 'description is too long (maximum is 140 characters)'],
    [{ state: 'deployed' }, 'state is not included in the list'],
    [{ state: 'success', log_url: 'javascript:alert(1)' }, 'log_url must use http(s) scheme'],
  ])('refuse the status %j', async (status, message) => {
    const { github, rest } = gitHub()
    const { id } = github.deployments.create({ repository: 'acme/app', sha: 'aaa' })
    const request = rest.repos.createDeploymentStatus({
      ...repository,
      deployment_id: id,
      ...(status as { state: 'error' }),
    })
    await expect(request).rejects.toMatchObject({
      status: 422,
      response: { data: { errors: [expect.objectContaining({ message })] } },
    })
    expect(github.deployments.all()[0]?.statuses).toEqual([])
  })

  test('of the same environment become inactive with the next success, but not in production', async () => {
    const { github, rest } = gitHub()
    const succeed = async (environment: string) => {
      const { id } = github.deployments.create({ repository: 'acme/app', sha: 'aaa', environment })
      await rest.repos.createDeploymentStatus({ ...repository, deployment_id: id, state: 'success' })
    }
    for (const environment of ['staging', 'production', 'staging', 'production']) await succeed(environment)
    expect(github.deployments.all().map(({ statuses }) => statuses.at(-1)?.state)).toEqual([
      'inactive',
      'success',
      'success',
      'success',
    ])
  })
})

test('a comparison says how head stands to base', async () => {
  const { github, rest } = gitHub()
  const [one, two, three, side] = ['1', '2', '3', '4'].map((digit) => digit.repeat(40)) as [
    string,
    string,
    string,
    string,
  ]
  github.commits.add(one, two, three)
  github.commits.branch(side, one)
  const compare = async (base: string, head: string) => {
    const { data } = await rest.repos.compareCommitsWithBasehead({ ...repository, basehead: `${base}...${head}` })
    return [data.status, data.ahead_by, data.behind_by]
  }
  expect(await compare(one, three)).toEqual(['ahead', 2, 0])
  expect(await compare(three, one)).toEqual(['behind', 0, 2])
  expect(await compare(two, two)).toEqual(['identical', 0, 0])
  expect(await compare(side, three)).toEqual(['diverged', 2, 1])
  await expect(compare(one, '9'.repeat(40))).rejects.toThrow(refusedWith(404, 'Not Found'))
})

describe('refusals', () => {
  test('of a token and of a permission', async () => {
    const { github, rest, sim } = gitHub()
    const { id } = github.deployments.create({ repository: 'acme/app', sha: 'aaa' })
    github.grant({ deployments: 'read', contents: 'none' })
    await expect(rest.repos.listDeployments(repository)).resolves.toMatchObject({ status: 200 })
    const forbidden = refusedWith(403, 'Resource not accessible by integration')
    const status = rest.repos.createDeploymentStatus({ ...repository, deployment_id: id, state: 'success' })
    await expect(status).rejects.toThrow(forbidden)
    await expect(rest.repos.compareCommitsWithBasehead({ ...repository, basehead: 'a...b' })).rejects.toThrow(forbidden)
    github.revoke('ghs_1')
    await expect(rest.repos.get(repository)).rejects.toThrow(refusedWith(401, 'Bad credentials'))
    expect((await sim.fetch('https://api.github.com/repos/acme/app')).status).toBe(401)
  })

  test('of limits, and answers of a GitHub that is down', async () => {
    const { github, rest } = gitHub()
    const once = { times: 1 }
    github.fail({ kind: 'rate-limit' }, once)
    await expect(rest.repos.get(repository)).rejects.toMatchObject({
      status: 403,
      response: { headers: { 'x-ratelimit-remaining': '0' } },
    })
    github.fail({ kind: 'secondary-limit', retryAfterSeconds: 60 }, once)
    await expect(rest.repos.get(repository)).rejects.toMatchObject({
      status: 403,
      response: { headers: { 'retry-after': '60' } },
    })
    github.fail({ kind: 'http', status: 502 }, once)
    await expect(rest.repos.get(repository)).rejects.toMatchObject({ status: 502 })
    expect((await rest.repos.get(repository)).data.full_name).toBe('acme/app')
  })
})
