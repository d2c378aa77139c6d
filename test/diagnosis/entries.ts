import { beanstalkEvents } from '../../src/diagnosis/catalogue/beanstalk-events.ts'
import { beanstalkLog } from '../../src/diagnosis/catalogue/beanstalk-log.ts'
import { beanstalkPods } from '../../src/diagnosis/catalogue/beanstalk-pods.ts'
import { capacity } from '../../src/diagnosis/catalogue/capacity.ts'
import { health } from '../../src/diagnosis/catalogue/health.ts'
import { imagePull } from '../../src/diagnosis/catalogue/image-pull.ts'
import { initialization } from '../../src/diagnosis/catalogue/initialization.ts'
import { lastWords } from '../../src/diagnosis/catalogue/last-words.ts'
import { launch } from '../../src/diagnosis/catalogue/launch.ts'
import { traffic } from '../../src/diagnosis/catalogue/load-balancing.ts'
import { unplacedTasks } from '../../src/diagnosis/catalogue/unplaced-tasks.ts'
import { verdicts } from '../../src/diagnosis/catalogue/verdicts.ts'

/** The whole catalogue. */
export const entries = [
  ...initialization,
  ...imagePull,
  ...launch,
  ...capacity,
  ...unplacedTasks,
  ...health,
  ...traffic,
  ...verdicts,
  ...lastWords,
  ...beanstalkLog,
  ...beanstalkPods,
  ...beanstalkEvents,
]
