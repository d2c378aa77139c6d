// Loaded before a step of the demo (NODE_OPTIONS=--import): its clocks run as fast as the simulated AWS, so that the log
// tells AWS's minutes. Pauses and time-outs stay real. DEMO_CLOCK is `simulated now, real now, speed`, in milliseconds.
import { replaceClocks } from '../simulator/program-clocks.js'

const [simulated = 0, real = 0, speed = 1] = (process.env.DEMO_CLOCK ?? '').split(',').map(Number)
const realNow = Date.now

replaceClocks(() => Math.floor(simulated + (realNow() - real) * speed))
