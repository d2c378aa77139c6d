// Loaded into programs that do not live in real time: what they read from their clocks is `now`, in milliseconds since 1970.

/** @param {() => number} now */
export function replaceClocks(now) {
  const RealDate = Date
  globalThis.Date = class extends RealDate {
    constructor(...given) {
      if (given.length === 0) super(now())
      else super(...given)
    }

    static now() {
      return now()
    }
  }
  process.hrtime.bigint = () => BigInt(Math.round(now() * 1e6))
}
