const mostNamed = 5

/**
 * What is to be said about paths that Amazon S3 and CloudFront tell apart, byte by byte, and other systems do not
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html): both are sent, and a browser asks for the form that the page has.
 */
export function similarPaths(paths: readonly string[]): readonly string[] {
  const forms = twins(paths, (path) => path.normalize('NFC'))
  const cases = twins(paths, (path) => path.normalize('NFC').toLowerCase()).filter(
    (all) => !forms.some((same) => same.every((path) => all.includes(path))),
  )
  const decomposed = paths.filter((path) => path !== path.normalize('NFC'))
  return [
    ...forms.map(
      (same) =>
        `${listed(same.map(codePoints))} differ in their Unicode form alone. Both are sent; delete the one that no page names.`,
    ),
    ...cases.map(
      (same) =>
        `${listed(same)} differ in upper and lower case alone. Both are sent; macOS and Windows have one of them.`,
    ),
    ...(decomposed.length > 0 && forms.length === 0
      ? [
          `${listed(decomposed.map(codePoints))}: the name is not in the Unicode form NFC, so a page that names it in NFC, as most editors write it, gets 404. Rename it, or build on Linux.`,
        ]
      : []),
  ]
}

function twins(paths: readonly string[], form: (path: string) => string): readonly (readonly string[])[] {
  const all = new Map<string, string[]>()
  for (const path of paths) all.set(form(path), [...(all.get(form(path)) ?? []), path])
  return [...all.values()].filter((same) => same.length > 1)
}

/** Letters beyond ASCII by their numbers: two forms look the same. */
function codePoints(path: string): string {
  return path.replace(/[^\x20-\x7e]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
}

function listed(paths: readonly string[]): string {
  const more = paths.length > mostNamed ? ` and ${paths.length - mostNamed} more` : ''
  return `${paths.slice(0, mostNamed).join(', ')}${more}`
}
