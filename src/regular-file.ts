import { readFile, stat } from 'node:fs/promises'

/** The content of a regular file; undefined where there is none that can be read. Reading a named pipe would never end. */
export async function readRegularFile(path: string): Promise<Buffer | undefined> {
  try {
    return (await stat(path)).isFile() ? await readFile(path) : undefined
  } catch {
    return undefined
  }
}
