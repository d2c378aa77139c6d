// Loaded before a step of the demo (NODE_OPTIONS=--import): its clocks run as fast as the simulated AWS, so that the log
// tells AWS's minutes. Pauses and time-outs stay real. DEMO_CLOCK is `simulated now, real now, speed`, in milliseconds.
const [simulated = 0, real = 0, speed = 1] = (process.env.DEMO_CLOCK ?? '').split(',').map(Number)
const RealDate = Date
const now = () => Math.floor(simulated + (RealDate.now() - real) * speed)

globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(now())
    else super(...given)
  }

  static now() {
    return now()
  }
}

const monotonic = process.hrtime.bigint
process.hrtime.bigint = () => monotonic() * BigInt(speed)
