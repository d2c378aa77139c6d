import { main } from './index.js'

await main('deploy-beanstalk', 'post')
