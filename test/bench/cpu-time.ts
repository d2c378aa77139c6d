/** Milliseconds of processor time that some work takes; how busy the machine is does not count. */
export function cpuTime(work: () => unknown): number {
  const before = process.cpuUsage()
  work()
  return process.cpuUsage(before).user / 1000
}
