/**
 * Milliseconds of processor time that some work takes; how busy the machine is does not count. Both parts, as the kernel
 * only estimates how they are divided.
 */
export function cpuTime(work: () => unknown): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
