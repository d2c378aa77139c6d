/** Ids that AWS makes, and the ARN of a target group. */
const id = String.raw`\((?:task|instance|target-group|port) [\w:/.-]+\)`

/** What a service does all the time (ECS developer guide, "Amazon ECS service event messages"): names and ids, and nothing else. */
const routine = new RegExp(
  String.raw`^\(service [\w-]+(?:, taskSet [\w/-]+)?\)(?: \(deployment [\w/-]+\))? (?:` +
    [
      String.raw`has started \d+ tasks?:(?: ${id})+`,
      String.raw`has stopped \d+ running tasks?:(?: ${id})+`,
      String.raw`(?:de)?registered \d+ targets? in ${id}`,
      String.raw`has begun draining connections on \d+ tasks?`,
      'deployment completed',
      'has reached a steady state',
    ].join('|') +
    String.raw`)\.?$`,
)

/** True for a service event in which no program and no person has had a say. */
export function isRoutine(message: string): boolean {
  return routine.test(message)
}
