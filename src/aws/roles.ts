import type { EvaluationResult } from '@aws-sdk/client-iam'
import { arnInAnyAccount } from '../arn.ts'
import type { Decision, InstanceProfile, Role, RoleSources } from '../ports.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { present } from './error-class.ts'
import { policyJson } from './policy-json.ts'

/** Roles and their permissions. Read only by a preflight, so its client loads late. */
export function roleSources(connection: Connection): RoleSources {
  return {
    role: (name) => role(connection, name),
    instanceProfile: (name) => instanceProfile(connection, name),
    simulate: (...asked) => simulate(connection, ...asked),
  }
}

async function role(connection: Connection, name: string): Promise<Role | undefined> {
  const client = await connection.clients.iam()
  const { GetRoleCommand } = await import('@aws-sdk/client-iam')
  return call(
    connection,
    async (options): Promise<Role | undefined> => {
      const found = present((await client.send(new GetRoleCommand({ RoleName: name }), options)).Role, 'Role')
      return { arn: found.Arn ?? '', trust: policyJson(found.AssumeRolePolicyDocument) }
    },
    {
      action: 'iam:GetRole',
      resource: arnInAnyAccount('iam', connection.region, `role/${name}`),
      kind: 'read',
      whenRefused: ({ name }) => (/^NoSuchEntity/.test(name) ? { value: undefined } : undefined),
    },
  )
}

async function instanceProfile(connection: Connection, name: string): Promise<InstanceProfile | undefined> {
  const client = await connection.clients.iam()
  const { GetInstanceProfileCommand } = await import('@aws-sdk/client-iam')
  const command = new GetInstanceProfileCommand({ InstanceProfileName: name })
  return call(
    connection,
    async (options): Promise<InstanceProfile | undefined> => {
      const found = present((await client.send(command, options)).InstanceProfile, 'InstanceProfile')
      // A profile has at most one.
      const [role] = found.Roles ?? []
      return { role: role && { arn: role.Arn ?? '', trust: policyJson(role.AssumeRolePolicyDocument) } }
    },
    {
      action: 'iam:GetInstanceProfile',
      resource: arnInAnyAccount('iam', connection.region, `instance-profile/${name}`),
      kind: 'read',
      whenRefused: ({ name }) => (/^NoSuchEntity/.test(name) ? { value: undefined } : undefined),
    },
  )
}

async function simulate(
  connection: Connection,
  principalArn: string,
  actions: readonly string[],
  resources: readonly string[],
  context: Readonly<Record<string, string>> = {},
): Promise<readonly Decision[]> {
  const client = await connection.clients.iam()
  const { SimulatePrincipalPolicyCommand } = await import('@aws-sdk/client-iam')
  const asked = {
    PolicySourceArn: principalArn,
    ActionNames: [...actions],
    ResourceArns: [...resources],
    ContextEntries: Object.entries(context).map(([ContextKeyName, value]) => ({
      ContextKeyName,
      ContextKeyType: 'string' as const,
      ContextKeyValues: [value],
    })),
  }
  const decisions: Decision[] = []
  let Marker: string | undefined
  do {
    const page = await call(
      connection,
      async (options) => {
        const reply = await client.send(new SimulatePrincipalPolicyCommand({ ...asked, Marker }), options)
        return { results: present(reply.EvaluationResults, 'EvaluationResults'), marker: reply.Marker }
      },
      { action: 'iam:SimulatePrincipalPolicy', resource: principalArn, kind: 'read' },
    )
    decisions.push(...page.results.map(decisionOf))
    Marker = page.marker
  } while (Marker)
  return decisions
}

function decisionOf({
  EvalActionName,
  EvalResourceName,
  EvalDecision,
  MissingContextValues,
}: EvaluationResult): Decision {
  return {
    action: EvalActionName ?? '',
    resource: EvalResourceName ?? '*',
    decision: EvalDecision ?? 'implicitDeny',
    isUnsure: (MissingContextValues ?? []).length > 0,
  }
}
