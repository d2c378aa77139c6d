/** The image that ECS names in its own words about a pull; undefined where it names none. */
export function imageIn(reason: string): string | undefined {
  const [, image] = /(?:failed to resolve ref|The task cannot pull) "?([^\s"]{1,300})/.exec(reason.slice(0, 4000)) ?? []
  return image?.replace(/:$/, '')
}
