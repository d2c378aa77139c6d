import { badEnds } from './bad-ends.ts'
import { goodEnds } from './good-ends.ts'

/**
 * Every row of the table of ends of an update of Elastic Beanstalk, and what two other actions report wrongly of one: "F18" is
 * aws-actions/aws-elasticbeanstalk-deploy v1, whose code was read for it.
 */
export const ends = [...goodEnds, ...badEnds]
