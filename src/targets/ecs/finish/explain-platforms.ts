import type { Cause } from '../../../diagnosis/cause.ts'
import { asName, text, untrusted } from '../../../text.ts'
import type { Evidence } from '../facts/deployment-evidence.ts'

/** The cause with both platforms, where an image or a program is for another one than the task's. */
export function withPlatforms(cause: Cause, { platforms }: Evidence, container?: string): Cause {
  if (platforms?.task === undefined || !/^(exec-format|image-platform)$/.test(cause.code)) return cause
  const { task } = platforms
  const concerned = platforms.images.filter(
    ({ containers }) => container === undefined || containers.includes(container),
  )
  const image = concerned.find((each) => !runsOn(each.platforms, task)) ?? concerned[0]
  const isFormat = cause.code === 'exec-format'
  if (image === undefined) return isFormat ? { ...cause, why: text`${cause.why} (${task})` } : cause
  const [reference, built] = [asName(image.reference), untrusted(image.platforms.join(', '))]
  if (runsOn(image.platforms, task)) {
    if (!isFormat) return cause
    return {
      ...cause,
      why: text`exec format error: image ${reference} is built for ${task} like the task, but the file that it executes is not`,
      fix: text`Check command and entryPoint: a script needs a shebang line (#!/bin/sh), and a binary has to be built for ${task}.`,
      confidence: 'likely',
    }
  }
  const architecture = image.platforms.some((platform) => platform.startsWith('linux/arm64')) ? 'ARM64' : 'X86_64'
  return {
    ...cause,
    why: isFormat
      ? text`exec format error: image ${reference} is built for ${built}, the task runs on ${task}`
      : text`${cause.why}: it is built for ${built}`,
    fix: text`Build the image with platforms: ${task}, or set runtimePlatform.cpuArchitecture in the task definition to ${architecture}.`,
    confidence: 'certain',
  }
}

function runsOn(platforms: readonly string[], task: string): boolean {
  return platforms.some((platform) => platform === task || platform.startsWith(`${task}/`))
}
