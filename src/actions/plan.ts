import { loadConfig } from '../config/load.ts'
import { selectImage, selectTargets, selectWaves } from '../config/target.ts'
import type { Action } from '../runner/action.ts'
import { type InputReader, requiredText } from '../runner/inputs.ts'
import { text, untrusted } from '../text.ts'

const environmentNames: InputReader<readonly string[]> = (given) =>
  requiredText(given)
    .split(/[\s,]+/)
    .filter((name) => name !== '')

const inputs = {
  config: (given: string) => given || 'slipway.yml',
  environments: environmentNames,
}

/** Reads slipway.yml for a workflow: which environments and services in which order, and which image. */
export const action: Action<typeof inputs> = {
  inputs,
  async main({ config: file, environments }, runner) {
    const config = loadConfig(await runner.files.readText(file, 'config'), file)
    const targets = selectTargets(config, environments)
    const [first] = targets
    const image = selectImage(config)
    // Services in waves are deployed together, in one job: only then can they go back together.
    const rows = environments.flatMap((environment) =>
      selectWaves(config, environment)
        ? [{ environment, service: '' }]
        : targets.flatMap((target) =>
            target.environment === environment ? [{ environment, service: target.name }] : [],
          ),
    )
    const outputs = {
      matrix: JSON.stringify(rows),
      repository: image?.repository,
      'image-environment': image?.environment,
      'image-region': image?.region,
      'image-role': image?.roleArn,
      context: image?.context,
      file: image?.file,
      target: image?.target,
      platforms: image?.platforms.join(','),
      'slack-channel': first?.slackChannel,
    }
    for (const [name, value] of Object.entries(outputs)) runner.setOutput(name, value ?? '')
    for (const { environment, name, cluster, service, region } of targets) {
      runner.log.info(
        text`${untrusted(environment)}: ${untrusted(name)} is the service ${untrusted(service)} in the cluster ${untrusted(cluster)}, ${region}`,
      )
    }
  },
}
