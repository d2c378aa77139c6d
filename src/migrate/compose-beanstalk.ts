import { type Text, text, untrusted } from '../text.ts'
import { type Composed, type CopyPart, distinct, type EbPart, type Part, pair, type VersionPart } from './parts.ts'

const reason = text`the deployment is watched until every instance has the version and the environment is healthy, and a failure has its cause; the waiter of the AWS CLI succeeds after a rollback, too`

/** `eb deploy`, or the commands of the AWS CLI for a version and an environment, as one step; or why they are none. */
export function composeBeanstalk(parts: readonly Part[]): Composed | Text {
  const [deploy, ...otherDeploys] = parts.filter((part) => part.kind === 'eb')
  const versions = parts.filter((part) => part.kind === 'version')
  const updates = parts.filter((part) => part.kind === 'update')
  const copies = parts.filter((part) => part.kind === 'copy')
  if (otherDeploys.length > 0 || updates.length > 1 || versions.length > 1)
    return text`it deploys several times: one step for each environment`
  if (deploy !== undefined)
    return versions.length + updates.length + copies.length > 0
      ? text`it mixes eb deploy with the AWS CLI`
      : composeEb(deploy)
  const [update] = updates
  if (update === undefined)
    return text`no aws elasticbeanstalk update-environment is in this step or directly behind it: actions/deploy-beanstalk makes the version and deploys it`
  const [version] = versions
  const application = distinct([version?.application, update.application])
  const environments = parts.flatMap((part) => (part.kind === 'updated' ? part.environments : []))
  const regions = distinct([version?.region, update.region])
  const [bundle] = copies
  if (version !== undefined && version.label !== update.label)
    return text`the version that it makes is not the one that it deploys`
  if (application[0] === undefined) return text`it does not name the application (--application-name)`
  if (application.length > 1 || regions.length > 1) return text`its commands have several applications or regions`
  const obstacle = bundleObstacle(version, copies)
  if (obstacle) return obstacle
  if (environments.some((name) => name !== update.environment))
    return text`it waits for an environment that it does not update`
  return {
    action: 'deploy-beanstalk',
    inputs: [
      ...pair('application-name', application[0]),
      ...pair('environment-name', update.environment),
      ...pair('version-label', update.label),
      ...pair('version-description', version?.description),
      ...pair('deployment-package-path', bundle?.file),
      ...pair('s3-bucket-name', bundle?.bucket),
      ...(environments.length === 0 ? pair('wait-for-deployment', 'false') : []),
      ...pair('aws-region', regions[0]),
    ],
    why: reason,
    advice: environments.length === 0 ? [unwatched] : [],
  }
}

const unwatched = text`the deployment is not watched, as before: without wait-for-deployment: false the step waits for its end`

/** The source bundle of a version is the one file that is uploaded for it. */
function bundleObstacle(version: VersionPart | undefined, copies: readonly CopyPart[]): Text | undefined {
  const named = ({ file, key }: CopyPart) => (key === '' || key.endsWith('/') ? `${key}${file.split('/').at(-1)}` : key)
  if (version === undefined)
    return copies.length > 0 ? text`it uploads a file that no version of it has as its source bundle` : undefined
  const [bundle, ...others] = copies
  if (bundle === undefined || bundle.bucket !== version.bucket || named(bundle) !== version.key)
    return text`its source bundle, ${untrusted(version.key)}, is not uploaded in this step or directly before it: deployment-package-path of actions/deploy-beanstalk is a file`
  return others.length > 0 ? text`it uploads more than the source bundle` : undefined
}

function composeEb(deploy: EbPart): Composed {
  return {
    action: 'deploy-beanstalk',
    inputs: [
      ...pair('application-name', deploy.application),
      ...pair('environment-name', deploy.environment),
      ...pair('source-directory', deploy.folder),
      ...pair('version-label', deploy.label),
      ...pair('version-description', deploy.description),
      ...pair('wait-for-minutes', deploy.minutes),
      ...(deploy.isWatched ? [] : pair('wait-for-deployment', 'false')),
      ...pair('aws-region', deploy.region),
    ],
    why: text`the bundle has the same files, .ebignore or .gitignore left out; the deployment is watched until every instance has the version and the environment is healthy`,
    advice: [
      ...(deploy.isWatched ? [] : [unwatched]),
      text`eb deploy sends the commit, this step the folder as it is: files that earlier steps made are in the bundle, unless .ebignore or .gitignore has them`,
    ],
  }
}
