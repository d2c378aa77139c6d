import { Failure } from '../failure.ts'

/** What is read, or undefined where the credentials do not allow a read that the deployment can do without. */
export async function unlessDenied<T>(read: Promise<T>, onDenied: () => void): Promise<T | undefined> {
  try {
    return await read
  } catch (error) {
    if (!(error instanceof Failure) || error.parts.code !== 'permission-missing') throw error
    onDenied()
    return undefined
  }
}
