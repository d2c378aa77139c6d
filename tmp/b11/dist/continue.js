import { main } from './index.js'

await main('continue', 'main')
