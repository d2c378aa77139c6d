/** AWS names no alarm in the words of Amazon ECS, `deployment failed: alarm detected.`, but in members beside them. */
export const alarmDetected = /alarm detected/

/** `Activated alarms: <a> <b>` in the words of CodeDeploy. */
export function alarmNamesIn(said: string): readonly string[] {
  const [, list = ''] = /Activated alarms: ([^\n]{1,4000})/.exec(said) ?? []
  return [...list.matchAll(/<([^<>]{1,255})>/g)].flatMap(([, name]) => name ?? [])
}
