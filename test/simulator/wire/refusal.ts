import { AwsError } from '../contract.ts'
import { type Routed, validationCode } from './route.ts'

/** Constraints that a service words itself. */
const ownWords = [
  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshooting-blue-green.html
  {
    service: 'ecs',
    path: /lifecycleHooks.*targetType$/,
    message: 'Invalid targetType. Valid values are: AWS_LAMBDA, PAUSE',
  },
]

/** What the service answers to a request that breaks its model. */
export function refusal(routed: Routed): AwsError | undefined {
  const { violations } = routed
  if (violations.length === 0) return undefined
  const fatal = violations.filter((violation) => violation.kind !== 'constraint')
  if (fatal.length > 0)
    return new AwsError(
      routed.service === 's3'
        ? 'MalformedXML'
        : routed.protocol === 'json'
          ? 'SerializationException'
          : 'MalformedInput',
      fatal.map((violation) => violation.message).join('; '),
    )
  const code = validationCode(routed.service)
  const own = ownWords.find(({ service, path }) => service === routed.service && path.test(violations[0]?.path ?? ''))
  if (own) return new AwsError(code, own.message)
  const plural = violations.length > 1 ? 's' : ''
  return new AwsError(
    code,
    `${violations.length} validation error${plural} detected: ${violations.map((violation) => violation.message).join('; ')}`,
  )
}
