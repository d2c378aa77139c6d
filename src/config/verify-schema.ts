import { z } from 'zod'
import type { Check, ExpectedText, StatusRange, StepPlace } from '../targets/steps/request/release-steps.ts'
import {
  checkPlaceSchema,
  commandSchema,
  durationSchema,
  environmentVariablesSchema,
  millisecondsOf,
  stepNameSchema,
  variablesOf,
} from './step-schema.ts'

const timeoutWords = 'Time limit of one request, 10s when absent; of a task, 10m when absent.'
const statusWords = 'must be a status such as 200, or a range such as 200-299'

const statusSchema = z
  .union([z.int(), z.string()], statusWords)
  .refine((given) => readStatus(given) !== undefined, statusWords)

const url = z
  .url({ protocol: /^https?$/, message: 'must be a URL such as https://api.example.com/health' })
  .refine((given) => !URL.canParse(given) || (new URL(given).username === '' && new URL(given).password === ''), {
    message: 'must not have a user or password in it: set request-headers',
  })

const headers = z.record(
  z.string().regex(/^[!#$%&'*+.^_`|~\w-]+$/, 'must be the name of an HTTP header'),
  z.string().regex(/^[^\r\n\0]*$/, 'must be one line'),
)

const hostName = /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$|^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$/

const httpSchema = z
  .strictObject({
    name: z.string().min(1).optional().describe('Name of the check in reports.'),
    url: url.describe('URL that the runner requests. A check has url or task.'),
    method: z.enum(['GET', 'HEAD'], 'must be GET or HEAD').optional().describe('GET (the default) or HEAD.'),
    'request-headers': headers.optional().describe('Headers that are sent with the request.'),
    host: z
      .string()
      .regex(/^[A-Za-z0-9.-]+(:\d{1,5})?$/, 'must be a host name such as api.example.com')
      .optional()
      .describe('Header Host, and server name for TLS, where they are not those of the URL.'),
    resolve: z
      .string()
      .regex(hostName, 'must be a host name or an IP address')
      .optional()
      .describe('Host name or IP address to connect to instead of the host of the URL, such as a load balancer.'),
    'follow-redirects': z.boolean().optional().describe('Follows up to 5 redirects; false when absent.'),
    status: z
      .union([statusSchema, z.array(statusSchema).min(1, 'must have a status')])
      .optional()
      .describe('Status of the response, range such as 200-299, or a list of them; 200 when absent.'),
    header: headers.optional().describe('Headers that the response must have, each with a text that it must contain.'),
    body: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
      .optional()
      .describe('Text, or texts, that the body must contain.'),
    'body-matches': z
      .string()
      .refine(isPattern, 'must be a regular expression')
      .optional()
      .describe('Regular expression that the body must match; one that takes longer than 1 s for it fails the check.'),
    json: z
      .record(z.string().min(1), z.union([z.string(), z.number(), z.boolean(), z.null()]))
      .optional()
      .describe('Members of a JSON body by their paths, such as checks.db, each with the value that it must have.'),
    within: durationSchema(0, 1800)
      .optional()
      .describe('How long the check may fail first, such as 2m; 60s when absent.'),
    interval: durationSchema(1, 300).optional().describe('Time between two tries; 5s when absent.'),
    timeout: durationSchema(1, 120).optional().describe(timeoutWords),
    when: checkPlaceSchema.optional(),
  })
  .refine(
    ({ method, body, json, 'body-matches': matches }) => method !== 'HEAD' || (body ?? json ?? matches) === undefined,
    {
      message: 'has method HEAD, whose response has no body: remove body, body-matches and json',
    },
  )

const taskSchema = z
  .strictObject({
    task: stepNameSchema.describe(
      'Name of a one-off task in the VPC of the service, instead of url; its exit code 0 is a good result.',
    ),
    image: z
      .string()
      .min(1)
      .optional()
      .describe('Image of the only container; the deployed revision of the service when absent.'),
    container: z
      .string()
      .min(1)
      .optional()
      .describe('Container of the deployed revision that has the command; the only essential one when absent.'),
    command: commandSchema.optional().describe('Command, a list of arguments; that of the container when absent.'),
    environment: environmentVariablesSchema.optional().describe('Variables of the environment of the container.'),
    timeout: durationSchema(60, 21_600).optional().describe(timeoutWords),
    when: checkPlaceSchema.optional(),
  })
  .refine(({ image, container }) => image === undefined || container === undefined, {
    message: 'has image, which excludes container: the image is the only container',
  })
  .refine(({ image, command, container }) => (image ?? command ?? container) !== undefined, {
    message: 'must have image, container or command: the task would run the service itself',
  })

/** Schema of the checks of a service. */
export const verifySchema = z
  .array(z.union([httpSchema, taskSchema]))
  .min(1, 'must have a check')
  .max(50, 'must have at most 50 checks')
  .describe('Checks that a deployment must pass; a failed one rolls it back.')

/** Schema of the checks of a service that is not in Amazon ECS: only requests, and no stage at which a deployment pauses. */
export const httpVerifySchema = z
  .array(
    httpSchema.refine(({ when = 'after' }) => when === 'after', {
      message: 'has when with a lifecycle stage, which only a service of Amazon ECS has',
    }),
  )
  .min(1, 'must have a check')
  .max(50, 'must have at most 50 checks')
  .describe('Checks by HTTP that a deployment must pass; a failed one rolls back to the version before.')

function isPattern(given: string): boolean {
  try {
    return new RegExp(given, 'u') instanceof RegExp
  } catch {
    return false
  }
}

function readStatus(given: string | number): StatusRange | undefined {
  const [, from, to = from] = /^([1-5]\d\d)(?:-([1-5]\d\d))?$/.exec(String(given)) ?? []
  if (from === undefined || Number(to) < Number(from)) return undefined
  return { from: Number(from), to: Number(to) }
}

type Written = z.infer<typeof verifySchema>[number]

/** The checks under the names of the domain. */
export function checksIn(written: z.infer<typeof verifySchema> | z.infer<typeof httpVerifySchema>): readonly Check[] {
  return written.map((one) => ('task' in one ? taskCheck(one) : httpCheck(one)))
}

/** The place that `when` names. */
export function placeIn(when: string | undefined): StepPlace | undefined {
  return when === undefined || when === 'after' ? when : { stage: when }
}

function httpCheck(one: Extract<Written, { url: string }>): Check {
  const { status = 200, body = [], 'body-matches': matches } = one
  const contained = [body].flat().map((contains): ExpectedText => ({ contains }))
  return {
    kind: 'http',
    name: one.name,
    url: one.url,
    method: one.method ?? 'GET',
    headers: one['request-headers'] ?? {},
    host: one.host,
    connectTo: one.resolve,
    followsRedirects: one['follow-redirects'] ?? false,
    statuses: [status].flat().flatMap((given) => readStatus(given) ?? []),
    expectedHeaders: one.header ?? {},
    body: matches === undefined ? contained : [...contained, { matches }],
    json: one.json ?? {},
    within: millisecondsOf(one.within, 60_000),
    interval: millisecondsOf(one.interval, 5_000),
    timeout: millisecondsOf(one.timeout, 10_000),
    when: placeIn(one.when),
  }
}

function taskCheck(one: Extract<Written, { task: string }>): Check {
  const { task: name, image, container, command, environment, timeout, when } = one
  const minutes = Math.ceil(millisecondsOf(timeout, 600_000) / 60_000)
  return {
    kind: 'task',
    name,
    image,
    container,
    command,
    environment: variablesOf(environment),
    timeout: minutes,
    when: placeIn(when),
  }
}
