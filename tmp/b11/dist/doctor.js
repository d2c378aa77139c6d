import { main } from './index.js'

await main('doctor', 'main')
