/** A caller's repository made of the example of a seed, in the simulated account that its files expect. */
import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSeedAccount, type SeedAccount } from '../demo/seeds/account.ts'
import { healthy, infrastructure } from '../demo/seeds/infrastructure.ts'
import type { SeedScenario } from '../demo/seeds/scenarios.ts'
import { publicRegistry } from '../demo/seeds/story.ts'
import { createSimulator } from '../simulator/simulator.ts'
import { shareTime } from '../simulator/time-server.ts'
import { runWorkflow, type WorkflowRun } from './runner/run.ts'
import { commit } from './scene.ts'

const root = join(import.meta.dirname, '../..')
const repository = 'acme/shop'

export interface SeedRun {
  readonly run: WorkflowRun
  readonly account: SeedAccount
}

/** Runs the ship.yml of the seed, unchanged, on a push to main. The images of the commit are those that the account has as new. */
export async function shipSeed(scenario: SeedScenario): Promise<SeedRun> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-seed-'))
  const caller = join(folder, scenario.seed)
  cpSync(join(root, 'examples', scenario.seed), caller, { recursive: true })
  const simulator = createSimulator({ clock: { kind: 'idle' } })
  const account = await openSeedAccount(simulator, caller)
  simulator.github.commits.add(commit)
  const built = await infrastructure[scenario.seed](account, scenario.answer ?? (() => healthy))
  scenario.arrange?.(account, built)
  const { environment, close } = await simulator.listen(0, { time: 'shared' })
  const time = await shareTime(simulator.clock)
  const programs = playedDocker(folder, account)
  try {
    const run = await runWorkflow(
      {
        caller: { name: repository, folder: caller },
        repositories: [{ name: 'your-org/slipway', folder: root }],
        secrets: { SLACK_TOKEN: 'xoxb-1-seeds' },
        async environment({ environment: entered }) {
          const { environment: _before, ...job } = simulator.oidc.job
          simulator.oidc.job = { ...job, repository, sha: commit, ...(entered && { environment: entered.name }) }
          const withoutCredentials = Object.entries(environment).filter(([name]) => !/^AWS_(ACCESS|SECRET)/.test(name))
          return {
            ...Object.fromEntries(withoutCredentials),
            ...time.environment,
            NODE_OPTIONS: `${time.environment.NODE_OPTIONS} --import=${publicRegistry}`,
            PATH: `${programs}:${process.env.PATH}`,
          }
        },
        time: simulator.clock,
      },
      '.github/workflows/ship.yml',
    )
    return { run, account }
  } finally {
    for (const door of built.doors) door.close()
    await close()
    time.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A `docker` that has pushed the new image of the repository that it is told. */
function playedDocker(folder: string, { images, file }: SeedAccount): string {
  const named = { ...(file.image && { '': file.image }), ...file.images }
  const rows = Object.entries(named).map(([name, { repository: path }]) => `${path} ${images.get(name)?.new}\n`)
  writeFileSync(join(folder, 'digests'), rows.join(''))
  const program = join(folder, 'docker')
  writeFileSync(
    program,
    `#!/bin/sh
case "$1 $2" in
  "version "*) echo 28.5.2; exit 0 ;;
  "buildx version") echo "github.com/docker/buildx v0.29.1 4c4d2f2"; exit 0 ;;
  "buildx inspect") printf 'Name: b\\nDriver: docker-container\\n'; exit 0 ;;
esac
for word in "$@"; do
  case $word in
    --metadata-file=*) metadata=\${word#--metadata-file=} ;;
    --output=*) output=$word ;;
  esac
done
while read -r name digest; do
  case $output in *"$name,"*) printf '{"containerimage.digest":"%s"}' "$digest" > "$metadata" ;; esac
done < "\${0%/*}/digests"
`,
  )
  chmodSync(program, 0o755)
  return folder
}
