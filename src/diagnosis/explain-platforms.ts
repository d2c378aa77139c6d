import { text, untrusted } from '../text.ts'
import type { Cause } from './cause.ts'
import type { Evidence } from './evidence.ts'

/** The cause with both platforms, where an image or a program is for another one than the task's. */
export function withPlatforms(cause: Cause, { platforms }: Evidence, container?: string): Cause {
  if (platforms?.task === undefined || !/^(exec-format|image-platform)$/.test(cause.code)) return cause
  const { task } = platforms
  const concerned = platforms.images.filter(
    ({ containers }) => container === undefined || containers.includes(container),
  )
  const image = concerned.find((each) => !runsOn(each.platforms, task)) ?? concerned[0]
  if (image === undefined) return { ...cause, why: text`${cause.why}; the task runs on ${task}` }
  const [reference, built] = [untrusted(image.reference), untrusted(image.platforms.join(', '))]
  if (runsOn(image.platforms, task)) {
    return {
      ...cause,
      why: text`the image ${reference} is built for ${task}, as the task wants, but what it starts is no program for it`,
      fix: text`Check its command or entryPoint: a script needs a first line such as #!/bin/sh, and a binary in the image the right platform of its own.`,
      confidence: 'likely',
    }
  }
  const architecture = image.platforms.some((platform) => platform.startsWith('linux/arm64')) ? 'ARM64' : 'X86_64'
  return {
    ...cause,
    why: text`the image ${reference} is built for ${built}, and the task runs on ${task}`,
    fix: text`Build it with platforms: ${task}, or set runtimePlatform.cpuArchitecture of the task definition to ${architecture}.`,
    confidence: 'certain',
  }
}

function runsOn(platforms: readonly string[], task: string): boolean {
  return platforms.some((platform) => platform === task || platform.startsWith(`${task}/`))
}
