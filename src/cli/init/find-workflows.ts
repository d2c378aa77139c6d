import { objectIn } from './find-images.ts'
import type { RepositoryFiles } from './repository-files.ts'

/** A workflow that deploys already. */
export interface DeployingWorkflow {
  readonly path: string
  /** `slipway`: by Slipway. `others`: by what `slipway migrate` translates. */
  readonly by: 'slipway' | 'others'
  /** GitHub environments of its jobs. */
  readonly environments: readonly string[]
  /** It has static keys of an IAM user. */
  readonly hasKeys: boolean
  /** Values of `env` by name, such as `ECS_CLUSTER` of GitHub's starter template. */
  readonly variables: ReadonlyMap<string, string>
}

/** What is behind the name of the repository of Slipway where a workflow builds or deploys. */
const deploying =
  /^(?:\/actions\/(?:deploy|build-push|register-task-definition)|\/\.github\/workflows\/(?:deploy|build)\.yml)?@/
const others =
  /uses:\s*["']?aws-actions\/amazon-ecs-(?:deploy|render)-task-definition@|aws\s+ecs\s+(?:update-service|deploy)\b|ecspresso\s+deploy|\becs-deploy\b/

/** The workflows that deploy to Amazon ECS; `slipway`: repository of Slipway, where that is not called slipway. */
export function findWorkflows(files: RepositoryFiles, slipway: string): readonly DeployingWorkflow[] {
  return files.paths
    .filter((path) => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path))
    .flatMap((path): readonly DeployingWorkflow[] => {
      const content = files.read(path)
      const by = others.test(content) ? 'others' : usesSlipway(content, slipway) ? 'slipway' : undefined
      return by === undefined ? [] : [{ path, by, hasKeys: content.includes('aws-access-key-id'), ...factsOf(content) }]
    })
}

function usesSlipway(content: string, slipway: string): boolean {
  const uses = content.matchAll(/uses:\s*["']?([\w.-]+\/([\w.-]+))([^\s"']*)/g)
  return [...uses].some(
    ([, repository, name, rest = '']) => (name === 'slipway' || repository === slipway) && deploying.test(rest),
  )
}

function factsOf(content: string): Pick<DeployingWorkflow, 'environments' | 'variables'> {
  const variables = new Map<string, string>()
  const environments = new Set<string>()
  const visit = (value: unknown, key: string) => {
    if (typeof value !== 'object' || value === null) return
    for (const [name, inner] of Object.entries(value)) {
      const text = typeof inner === 'string' || typeof inner === 'number' ? String(inner) : undefined
      // An expression is known only at run time.
      if (text === undefined || text.includes('${{')) visit(inner, name)
      else if (key === 'env') variables.set(name, text)
      else if (name === 'environment' || (key === 'environment' && name === 'name')) environments.add(text)
    }
  }
  visit(objectIn(content), '')
  return { variables, environments: [...environments] }
}
