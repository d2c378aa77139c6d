import { deadlineIn } from '../../clock.ts'
import { loadConfig } from '../../config/load.ts'
import { type BeanstalkTarget, selectBeanstalk } from '../../config/select-beanstalk.ts'
import { type SiteTarget, selectSite } from '../../config/select-site.ts'
import type { Context } from '../../deployment/context.ts'
import type { Events, Prepared, Target } from '../../deployment/target.ts'
import type { Terms } from '../../deployment/terms.ts'
import { asWarnings, type Finding, inOrder } from '../../diagnosis/finding.ts'
import { Failure } from '../../failure.ts'
import type { Runner } from '../../runner/action.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import { beanstalkTarget } from '../../targets/beanstalk/index.ts'
import { siteTarget } from '../../targets/site/index.ts'
import { asName, text } from '../../text.ts'
import { wantedVersion } from '../bundle/wanted-version.ts'
import { asDeployInputs } from '../inputs/rollback-inputs.ts'
import { beanstalkInputsOf, beanstalkRequest } from '../targets/beanstalk-place.ts'
import { requireSiteInputs, siteRequest, siteTerms } from '../targets/requested-site.ts'
import { siteAccess, siteInputsOf } from '../targets/site-place.ts'
import { openAws } from '../world/open-aws.ts'
import { openSource } from '../world/source-commit.ts'
import type { World } from '../world/world.ts'
import type { DoctorInputs } from './doctor-inputs.ts'
import { reportFindings } from './report-findings.ts'

/** For all that is read. Milliseconds. */
const retryTime = 5 * 60_000

type Member = { readonly site: SiteTarget } | { readonly beanstalk: BeanstalkTarget }

/** The site, or the service of Elastic Beanstalk, that the input `service` names; undefined for a service of Amazon ECS. */
export async function otherMember(
  { environment, service, config: path }: DoctorInputs,
  { files }: Runner,
): Promise<Member | undefined> {
  if (environment === undefined || service === undefined || service.startsWith('arn:')) return undefined
  const found = await files.readText(path, 'config').catch(() => undefined)
  const config = found === undefined ? undefined : loadConfig(found, path).config
  if (config === undefined || !Object.hasOwn(config.environments, environment)) return undefined
  const beanstalk = selectBeanstalk(config, environment, service)
  if (beanstalk) return { beanstalk }
  const site = selectSite(config, environment, service)
  return site && { site }
}

/** Checks what `deploy` checks before it changes anything, by a dry run of the target, and reports it. */
export async function checkMember(member: Member, inputs: DoctorInputs, runner: Runner, world: World): Promise<void> {
  if (inputs.deploymentId !== undefined)
    throw invalidInputs([
      text`deployment-id is for a service of Amazon ECS: the deployments of ${asName(inputs.service ?? '')} are explained by their own runs`,
    ])
  const { name, environment } = 'site' in member ? member.site : member.beanstalk
  const findings = inOrder(await findingsOf(member, inputs, runner, world))
  await reportFindings(findings, text`${asName(name)} (${asName(environment)})`, inputs, runner)
}

interface Opened {
  readonly target: Target
  readonly terms: Terms
  readonly credentialLifetime: Context['credentialLifetime']
}

function open(member: Member, inputs: DoctorInputs, runner: Runner, world: World): Opened {
  const deadline = deadlineIn(runner.clock, retryTime)
  const given = { ...asDeployInputs(inputs), dryRun: true, guard: 'off' as const }
  if ('site' in member) {
    const own = siteInputsOf(given, member.site)
    requireSiteInputs(own, member.site.verify)
    const aws = openAws(own, runner, deadline, world.requestHandler)
    const request = siteRequest(own, aws.region, undefined, runner)
    const target = siteTarget(request, siteAccess(own, aws, runner, world))
    return { target, terms: siteTerms(own, request), credentialLifetime: aws.credentialLifetime }
  }
  const own = beanstalkInputsOf(given, member.beanstalk, inputs.image)
  const aws = openAws(own, runner, deadline, world.requestHandler)
  const source = openSource({ config: `${own.sourceDirectory ?? '.'}/bundle`, revision: own.revision }, runner)
  const { change, terms } = beanstalkRequest(own, source, runner, () => wantedVersion(own, source, runner))
  return { target: beanstalkTarget(change, aws), terms, credentialLifetime: aws.credentialLifetime }
}

async function findingsOf(
  member: Member,
  inputs: DoctorInputs,
  runner: Runner,
  world: World,
): Promise<readonly Finding[]> {
  const { clock, signal } = runner
  try {
    const { target, terms, credentialLifetime } = open(member, inputs, runner, world)
    const context: Context = { clock, signal, keep: () => undefined, history: undefined, credentialLifetime }
    const prepared = await lastOf(target.prepare(terms, context, undefined))
    const { findings = [], warnings } = prepared
    const known = asWarnings(findings).map((one) => one.untrusted)
    for (const warning of warnings) if (!known.includes(warning.untrusted)) runner.log.warning(text`${warning}`)
    // What blocks is what it would be refused for.
    const isRefused = findings.some(({ severity }) => severity === 'blocks')
    return isRefused ? findings : [...findings, ...(await readiness(prepared))]
  } catch (error) {
    return [asFinding(error)]
  }
}

async function lastOf(events: Events<Prepared>): Promise<Prepared> {
  for (;;) {
    const next = await events.next()
    if (next.done) return next.value
  }
}

async function readiness({ ready, judgement, obstacle }: Prepared): Promise<readonly Finding[]> {
  await judgement
  const busy: readonly Finding[] = obstacle
    ? [
        {
          code: 'deployment-conflict',
          severity: 'warns',
          what: text`Another change is in progress`,
          why: text`a deployment waits for it, or fails with on-conflict: fail`,
          fix: text`Wait until it is over.`,
        },
      ]
    : []
  try {
    await ready()
    return busy
  } catch (error) {
    return [...busy, asFinding(error)]
  }
}

/** What would keep the deployment from beginning. */
function asFinding(error: unknown): Finding {
  if (!(error instanceof Failure) || error.parts.code === 'cancelled') throw error
  const {
    code,
    what,
    why = text`a deployment fails before it changes anything`,
    fix = text`Correct it; nothing has been changed.`,
  } = error.parts
  return { code, severity: 'blocks', what, why, fix }
}
