import { main } from './index.js'

await main('continue', 'post')
