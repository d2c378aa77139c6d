import { type Text, text, untrusted } from '../text.ts'

/** Why a base image could not be pulled, and what to do about it. */
interface Cause {
  readonly why: Text
  readonly fix: Text
}

interface BaseRule {
  readonly pattern: RegExp
  readonly explain: (match: RegExpExecArray) => Cause
}

/** What a role needs to import an image at its first pull. */
const importActions = ['ecr:BatchImportUpstreamImage', 'ecr:CreateRepository']
const ecrHost = '\\d{12}\\.dkr[.-]ecr[\\w.-]+'

function allow(actions: readonly string[], resource: string): string {
  return JSON.stringify({ Effect: 'Allow', Action: actions.length === 1 ? actions[0] : actions, Resource: resource })
}

/**
 * Base images in Amazon ECR, which a pull through cache rule may import at the first pull: Amazon ECR user guide, "IAM permissions
 * required to sync an upstream registry" and "Troubleshooting pull through cache issues".
 */
const rules: readonly BaseRule[] = [
  {
    pattern: /not authorized to perform:? (ecr:\w+) on resource:? (\S+)/i,
    explain: ([, action = '', resource = '']) => {
      const isImport = importActions.includes(action)
      return {
        why: text`not authorized to perform ${untrusted(action)} on ${untrusted(resource)}${isImport ? ': a pull through cache rule imports the image at its first pull' : ', which the pull of the base image requires'}`,
        fix: text`Add this statement to the policy of the role: ${untrusted(allow(isImport ? importActions : [action], resource))}`,
      }
    },
  },
  {
    pattern: /authentication to the upstream registry failed|UnableToGetUpstream(?:Image|Layer)Exception/i,
    explain: ([words = '']) => ({
      why: text`${untrusted(words)}: the pull through cache rule of Amazon ECR could not log in to the upstream registry (UnableToGetUpstreamImageException)`,
      fix: text`Check the secret of the rule in AWS Secrets Manager: aws ecr validate-pull-through-cache-rule --ecr-repository-prefix PREFIX. Official images of Docker Hub have library/ in their names.`,
    }),
  },
  {
    pattern: /repository with name '?([\w./-]+)'? does not exist/i,
    explain: ([, name = '']) => ({
      why: text`RepositoryNotFoundException: the base image is in the ECR repository ${untrusted(name)}, which does not exist`,
      fix: text`Correct the name or the region in FROM. Where a pull through cache rule has its prefix, allow the role ecr:CreateRepository and ecr:BatchImportUpstreamImage on it: the first pull creates it.`,
    }),
  },
  {
    pattern: new RegExp(`(${ecrHost}/[^\\s:@]+(?::[\\w.-]+)?@sha256:[0-9a-f]{64})[^\\n]*not found`, 'i'),
    explain: ([, base = '']) => ({
      why: text`ImageNotFoundException: the base image ${untrusted(base)} was not found`,
      fix: text`Correct the digest. A pull through cache rule imports an image by its tag only (aws/containers-roadmap#2837): pull the tag once before the digest.`,
    }),
  },
  {
    pattern: new RegExp(
      `(${ecrHost}/[^\\s:@]+:[\\w.-]+)[^\\n]*(?:Requested image not found|manifest unknown|not found)`,
      'i',
    ),
    explain: ([, base = '']) => ({
      why: text`ImageNotFoundException: the base image ${untrusted(base)} was not found`,
      fix: text`Correct the tag in FROM. Where a pull through cache rule has its prefix, the upstream registry has no such image, or the role lacks ecr:BatchImportUpstreamImage.`,
    }),
  },
]

/** The cause of an error of a pull from Amazon ECR, by its words. Undefined when they are not known. */
export function explainBaseImage(error: string): Cause | undefined {
  for (const { pattern, explain } of rules) {
    const match = pattern.exec(error)
    if (match !== null) return explain(match)
  }
  return undefined
}
