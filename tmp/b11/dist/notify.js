import { main } from './index.js'

await main('notify', 'main')
