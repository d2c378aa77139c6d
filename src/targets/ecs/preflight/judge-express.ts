import type { Finding } from '../../../diagnosis/finding.ts'
import { containersOf, isList, objectsIn, textIn } from '../../../task-definition/members.ts'
import { text, untrusted } from '../../../text.ts'
import { isExpress } from '../facts/express-mode.ts'
import { finding } from '../facts/finding-kinds.ts'
import type { PreflightFacts } from '../facts/preflight-facts.ts'

/**
 * A task definition for an Express service: "a container named Main with a single TCP port mapping that includes a container port
 * and port name", and FARGATE compatibility (API UpdateExpressGatewayService, `taskDefinitionArn`).
 */
export function judgeExpress({ service, definition }: PreflightFacts): readonly Finding[] {
  if (service === undefined || !isExpress(service)) return []
  const containers = containersOf(definition)
  const main = containers.find((container) => textIn(container, 'name') === 'Main')
  const names = containers.map((container) => textIn(container, 'name') ?? '?').join(', ')
  const { requiresCompatibilities: compatibilities } = definition
  const isFargate = isList(compatibilities) && compatibilities.includes('FARGATE')
  return [
    ...(main
      ? judgePorts(objectsIn(main, 'portMappings'))
      : [
          finding('express-container', {
            what: text`An Express service needs a container with the name Main`,
            why: text`the task definition has ${untrusted(names)}`,
            fix: text`Rename the container that receives the traffic to Main.`,
          }),
        ]),
    ...(isFargate
      ? []
      : [
          finding('express-container', {
            what: text`An Express service needs a task definition with FARGATE compatibility`,
            why: text`requiresCompatibilities does not have FARGATE`,
            fix: text`Set requiresCompatibilities to FARGATE, and networkMode to awsvpc.`,
          }),
        ]),
  ]
}

function judgePorts(mappings: ReturnType<typeof objectsIn>): readonly Finding[] {
  const [port] = mappings
  const isFitting =
    mappings.length === 1 &&
    typeof port?.containerPort === 'number' &&
    textIn(port, 'name') !== undefined &&
    (textIn(port, 'protocol') ?? 'tcp') === 'tcp'
  if (isFitting) return []
  return [
    finding('express-container', {
      what: text`The container Main of an Express service needs one TCP port mapping with containerPort and name`,
      why: text`it has ${mappings.length === 0 ? 'none' : untrusted(JSON.stringify(mappings))}`,
      fix: text`Set portMappings of Main to one entry with containerPort, a name such as http, and the protocol tcp.`,
    }),
  ]
}
