import type { ReadFact } from '../../../diagnosis/read-fact.ts'
import type { JsonObject, PreflightSources } from '../../../ports.ts'
import { containersOf, isEssential, objectIn, textIn } from '../../../task-definition/members.ts'
import type { LogGroupFact } from '../facts/preflight-facts.ts'

interface LogPlace {
  readonly region: string
  /** Values that are placeholders. */
  readonly blank: ReadonlySet<string>
}

/** The log groups that containers write to with `awslogs`, each once; an essential container that needs it counts. */
export async function gatherLogGroups(
  definition: JsonObject,
  { region: own, blank }: LogPlace,
  sources: PreflightSources,
  readFact: ReadFact,
): Promise<readonly LogGroupFact[]> {
  const used = containersOf(definition).flatMap((container): readonly Omit<LogGroupFact, 'standing'>[] => {
    const configuration = objectIn(container, 'logConfiguration')
    const options = objectIn(configuration, 'options')
    const [group, region] = [textIn(options, 'awslogs-group'), textIn(options, 'awslogs-region') || own]
    if (textIn(configuration, 'logDriver') !== 'awslogs' || !group || blank.has(group) || blank.has(region)) return []
    const isCreated = textIn(options, 'awslogs-create-group') === 'true'
    const name = textIn(container, 'name') ?? 'without a name'
    return [{ group, region, container: name, isEssential: isEssential(container), isCreated }]
  })
  const byPlace = Map.groupBy(used, ({ group, region }) => `${region} ${group}`)
  return await Promise.all(
    [...byPlace.values()].flatMap((those) => {
      const fact = those.find((one) => one.isEssential) ?? those[0]
      return fact === undefined ? [] : withStanding(fact, own, sources, readFact)
    }),
  )
}

async function withStanding(
  fact: Omit<LogGroupFact, 'standing'>,
  own: string,
  sources: PreflightSources,
  readFact: ReadFact,
): Promise<LogGroupFact> {
  const { group, region, isCreated } = fact
  const read = () => sources.hasLogGroup(group, region === own ? undefined : region)
  const shows = 'whether the log groups exist'
  const seen = await readFact('logs:DescribeLogGroups', shows, read, (isThere) => !isThere && !isCreated)
  return { ...fact, standing: seen === undefined ? 'unread' : seen.value ? 'there' : 'missing' }
}
