import { main } from './index.js'

await main('promote', 'main')
