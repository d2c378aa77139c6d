import { spawn } from 'node:child_process'

/** The program of each system that opens a file as a double click does. */
const openers: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['explorer.exe'],
}

/** Opens a file in the program that this machine has for it, and does not wait for it. Rejects where there is none. */
export function openFile(path: string): Promise<void> {
  const [program, ...words] = openers[process.platform] ?? ['xdg-open']
  return new Promise((resolve, reject) => {
    const opened = spawn(program, [...words, path], { detached: true, stdio: 'ignore' })
    opened.once('error', reject)
    opened.once('spawn', () => {
      opened.unref()
      resolve()
    })
  })
}
