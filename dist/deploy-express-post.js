import { main } from './index.js'

await main('deploy-express', 'post')
