import { main } from './index.js'

await main('plan-images', 'main')
