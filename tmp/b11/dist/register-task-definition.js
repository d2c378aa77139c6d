import { main } from './index.js'

await main('register-task-definition', 'main')
