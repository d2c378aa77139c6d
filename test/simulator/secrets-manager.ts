import { AwsError, type Secrets, type World } from './contract.ts'

interface Secret {
  readonly name: string
  readonly arn: string
  readonly createdAt: number
  value: string
  version: string
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

const missing = () => new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.")

/** The value of a key of a secret that holds JSON; undefined when there is no such key. */
function keyOf(value: string, key: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(value)
    if (typeof parsed !== 'object' || parsed === null) return undefined
    const found = (parsed as Record<string, unknown>)[key]
    return found === undefined ? undefined : typeof found === 'string' ? found : JSON.stringify(found)
  } catch {
    return undefined
  }
}

export function createSecretsManager(world: World, region: string): Secrets {
  const secrets = new Map<string, Secret>()
  const prefix = `arn:aws:secretsmanager:${region}:${world.accountId}:secret:`
  const characters = (length: number) =>
    Array.from({ length }, () => alphabet[Math.floor(world.random() * alphabet.length)]).join('')

  const find = (reference: string): Secret | undefined => {
    if (!reference.startsWith(prefix)) return secrets.get(reference)
    const [name = ''] = reference.slice(prefix.length).split(':')
    return secrets.get(name) ?? [...secrets.values()].find((secret) => secret.arn === prefix + name)
  }

  const describe = (secret: Secret) => ({
    ARN: secret.arn,
    Name: secret.name,
    CreatedDate: new Date(secret.createdAt),
  })

  return {
    put(name, value) {
      const known = secrets.get(name)
      const version = `00000000-0000-4000-8000-${String(secrets.size).padStart(4, '0')}${characters(8).toLowerCase()}`
      if (known) {
        known.value = value
        known.version = version
        return known.arn
      }
      const arn = `${prefix}${name}-${characters(6)}`
      secrets.set(name, { name, arn, value, version, createdAt: world.clock.now() })
      return arn
    },
    value(reference) {
      const secret = find(reference)
      const key = reference.startsWith(prefix) ? reference.slice(prefix.length).split(':')[1] : undefined
      return secret && (key ? keyOf(secret.value, key) : secret.value)
    },
    handlers: {
      GetSecretValue: (input: { SecretId: string }) => {
        const secret = find(input.SecretId)
        if (!secret) throw missing()
        return {
          ...describe(secret),
          SecretString: secret.value,
          VersionId: secret.version,
          VersionStages: ['AWSCURRENT'],
        }
      },
      DescribeSecret: (input: { SecretId: string }) => {
        const secret = find(input.SecretId)
        if (!secret) throw missing()
        return { ...describe(secret), VersionIdsToStages: { [secret.version]: ['AWSCURRENT'] } }
      },
    },
  }
}
