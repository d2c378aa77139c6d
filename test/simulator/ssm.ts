import { AwsError, type Secrets, type World } from './contract.ts'

interface Parameter {
  readonly name: string
  readonly arn: string
  value: string
  version: number
  changedAt: number
}

/** The parameter store. Values are SecureStrings: encrypted unless the request asks for decryption. */
export function createSsm(world: World, region: string): Secrets {
  const parameters = new Map<string, Parameter>()
  const arnOf = (name: string) =>
    `arn:aws:ssm:${region}:${world.accountId}:parameter${name.startsWith('/') ? '' : '/'}${name}`
  const find = (reference: string) =>
    reference.startsWith('arn:')
      ? [...parameters.values()].find((parameter) => parameter.arn === reference)
      : parameters.get(reference)

  const describe = (parameter: Parameter, isDecrypted: boolean | undefined) => ({
    Name: parameter.name,
    Type: 'SecureString',
    Value: isDecrypted ? parameter.value : Buffer.from(`encrypted:${parameter.name}`).toString('base64'),
    Version: parameter.version,
    LastModifiedDate: new Date(parameter.changedAt),
    ARN: parameter.arn,
    DataType: 'text',
  })

  return {
    put(name, value) {
      const known = parameters.get(name)
      const arn = arnOf(name)
      parameters.set(name, { name, arn, value, version: (known?.version ?? 0) + 1, changedAt: world.clock.now() })
      return arn
    },
    value: (reference) => find(reference)?.value,
    handlers: {
      GetParameter: (input: { Name: string; WithDecryption?: boolean }) => {
        const parameter = find(input.Name)
        if (!parameter) throw new AwsError('ParameterNotFound', '')
        return { Parameter: describe(parameter, input.WithDecryption) }
      },
      GetParameters: (input: { Names: string[]; WithDecryption?: boolean }) => {
        const found = input.Names.map(find).filter((parameter) => parameter !== undefined)
        const unknown = input.Names.filter((name) => !find(name))
        return {
          Parameters: found.map((parameter) => describe(parameter, input.WithDecryption)),
          ...(unknown.length > 0 && { InvalidParameters: unknown }),
        }
      },
    },
  }
}
