import type { Step } from './workflow.ts'

/** Actions that use neither credentials of AWS nor logins of Docker, whatever their inputs. */
const harmless =
  /^(?:actions\/(?:checkout|cache|setup-[\w-]+|upload-artifact|download-artifact)|docker\/(?:setup-buildx|setup-qemu|metadata)-action|slackapi\/.*|8398a7\/.*|rtcamp\/action-slack-notify|dorny\/paths-filter|step-security\/harden-runner)$/i
/** Programs that neither call AWS nor use Docker. */
const shellOnly =
  /^(?:echo|printf|cat|ls|mkdir|cp|mv|rm|sed|jq|grep|test|true|git|date|tr|cut|head|tail|set|export|cd|sleep|exit|\[)$/

/** Whether a step that stays may need credentials that an earlier one put into the environment. */
export function mayCallAws(step: Step): boolean {
  if (step.run !== undefined) return !isPlainScript(step.run) || /\bAWS_/.test(step.run)
  return !harmless.test(step.action ?? '') && !hasOwnLogin(step)
}

function hasOwnLogin({ action, with: inputs }: Step): boolean {
  return action === 'docker/login-action' && inputs.has('username')
}

/** Whether a step that stays may need a login of Docker. */
export function mayUseDocker(step: Step): boolean {
  return step.run === undefined ? !harmless.test(step.action ?? '') && !hasOwnLogin(step) : !isPlainScript(step.run)
}

function isPlainScript(script: string): boolean {
  const commands = script.replaceAll(/\\\n/g, ' ').split(/\n|&&|\|\|?|;/)
  return commands.every((command) => {
    const [first = ''] = command.trim().split(/\s+/)
    return (
      first === '' ||
      first.startsWith('#') ||
      (shellOnly.test(first) && !/\$\(|`/.test(command)) ||
      /^\w+=[^$`]*$/.test(first)
    )
  })
}
