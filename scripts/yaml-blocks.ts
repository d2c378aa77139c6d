/** A fenced block of YAML of a Markdown page, completed to a workflow as its reader would. */
export interface WorkflowBlock {
  readonly content: string
  /** What has to be added to a line of `content`, from 0, to get the line in the page, from 1. */
  readonly offset: number
}

/** The blocks that are a workflow or a part of one: jobs, or steps with or without the job's permissions. */
export function workflowBlocks(markdown: string): readonly WorkflowBlock[] {
  return [...markdown.matchAll(/^( *)```ya?ml\n([\s\S]*?)^ *```/gm)].flatMap(
    ({ 1: indent = '', 2: written = '', index }) => {
      const line = markdown.slice(0, index).split('\n').length + 1
      const block = written.replace(new RegExp(`^${indent}`, 'gm'), '')
      const head = headOf(block)
      if (head === undefined) return []
      const depth = /^jobs:/m.test(block) ? '' : /^steps:/m.test(block) ? '    ' : '      '
      return [{ content: head + block.replace(/^(?=.)/gm, depth), offset: line - (head.split('\n').length - 1) }]
    },
  )
}

function headOf(block: string): string | undefined {
  const has = (key: string) => new RegExp(`^${key}:`, 'm').test(block)
  const isList = /^- (?:id|if|name|run|uses):/m.test(block)
  if (!has('jobs') && !has('steps') && !isList) return undefined
  const lines = has('jobs')
    ? [...(has('on') ? [] : ['on: push']), ...(has('permissions') ? [] : ['permissions: {}'])]
    : ['on: push', 'permissions: {}', 'jobs:', '  example:', '    runs-on: ubuntu-24.04', '    timeout-minutes: 30']
  if (!has('jobs') && !has('permissions')) lines.push('    permissions: { contents: read }')
  if (isList && !has('jobs') && !has('steps')) lines.push('    steps:')
  return lines.map((text) => `${text}\n`).join('')
}
