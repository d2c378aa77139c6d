/** Real Git repositories in temporary folders. */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { temporaryFolder } from '../temporary-folder.ts'

export interface GitRepository {
  readonly folder: string
  git(...words: readonly string[]): string
  write(path: string, content: string): void
  /** Commits everything, and gives the SHA. */
  commit(message?: string): string
}

/** Without the configuration of whoever runs the tests. */
const environment = {
  PATH: process.env.PATH ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Ann',
  GIT_AUTHOR_EMAIL: 'ann@example.com',
  GIT_COMMITTER_NAME: 'Ann',
  GIT_COMMITTER_EMAIL: 'ann@example.com',
  // 2025-11-20T12:00:00Z
  GIT_AUTHOR_DATE: '1763640000 +0000',
  GIT_COMMITTER_DATE: '1763640000 +0000',
  // No process of its own after every commit, which looks whether there is anything to clean up.
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'maintenance.auto',
  GIT_CONFIG_VALUE_0: 'false',
}

export const commitTime = 1763640000

export function gitIn(folder: string, ...words: readonly string[]): string {
  return execFileSync('git', ['-c', 'protocol.file.allow=always', ...words], {
    cwd: folder,
    env: environment,
    stdio: 'pipe',
  })
    .toString()
    .trim()
}

/** Repositories by their files: the same files make the same commit, and a copy takes less than four processes of Git. */
const templates = new Map<string, string>()

/** A repository with the branch `main` and one commit of `files`. */
export function gitRepository(files: Readonly<Record<string, string>>, folder = temporaryFolder()): GitRepository {
  const git = (...words: readonly string[]) => gitIn(folder, ...words)
  const repository: GitRepository = {
    folder,
    git,
    write(path, content) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), content)
    },
    commit(message = 'A change') {
      git('add', '--all')
      git('commit', '--quiet', '--message', message)
      return git('rev-parse', 'HEAD')
    },
  }
  const key = JSON.stringify(files)
  const made = templates.get(key)
  mkdirSync(folder, { recursive: true })
  if (made !== undefined && existsSync(made)) {
    cpSync(made, folder, { recursive: true, preserveTimestamps: true })
    return repository
  }
  git('init', '--quiet', '--initial-branch=main', '--template=')
  for (const [path, content] of Object.entries(files)) repository.write(path, content)
  if (Object.keys(files).length > 0) repository.commit()
  const template = temporaryFolder()
  cpSync(folder, template, { recursive: true, preserveTimestamps: true })
  templates.set(key, template)
  return repository
}
