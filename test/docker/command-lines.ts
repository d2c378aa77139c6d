import { readdir, readFile } from 'node:fs/promises'

/** Looks at the command lines of all processes, again and again, as anybody on the machine can. */
export function watchCommandLines(): { stopAfter(work: Promise<void>): Promise<ReadonlySet<string>> } {
  const seen = new Set<string>()
  let isRunning = true
  const watching = (async () => {
    while (isRunning) {
      const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
      for (const id of processes) {
        const line = await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')
        if (line !== '') seen.add(line.replaceAll('\0', ' ').trim())
      }
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  })()
  return {
    async stopAfter(work) {
      try {
        await work
      } finally {
        isRunning = false
        await watching
      }
      return seen
    },
  }
}
