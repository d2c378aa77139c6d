import type { IAMClient } from '@aws-sdk/client-iam'
import { arnInAnyAccount } from '../arn.ts'
import type { JsonObject, NamedPolicy, RoleDetails, RolePolicySources } from '../ports.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { present } from './error-class.ts'
import { everyPage } from './pages.ts'
import { policyJson } from './policy-json.ts'

/** Reads roles with all their policies. */
export function rolePolicySources(connection: Connection): RolePolicySources {
  return {
    details: (name) => details(connection, name),
    audiences: (providerArn) => audiences(connection, providerArn),
  }
}

type Options = Parameters<IAMClient['send']>[1]

/** One read of IAM; undefined for what does not exist. */
async function read<Reply>(
  connection: Connection,
  action: string,
  resource: string,
  send: (client: IAMClient, options: Options) => Promise<Reply>,
): Promise<Reply | undefined> {
  const client = await connection.clients.iam()
  return call(connection, (options): Promise<Reply | undefined> => send(client, options), {
    action,
    resource,
    kind: 'read',
    whenRefused: ({ name }) => (/^NoSuchEntity/.test(name) ? { value: undefined } : undefined),
  })
}

async function details(connection: Connection, name: string): Promise<RoleDetails | undefined> {
  const { GetRoleCommand } = await import('@aws-sdk/client-iam')
  const arn = arnInAnyAccount('iam', connection.region, `role/${name}`)
  const reply = await read(connection, 'iam:GetRole', arn, (client, options) =>
    client.send(new GetRoleCommand({ RoleName: name }), options),
  )
  if (reply === undefined) return undefined
  const role = present(reply.Role, 'Role')
  const policies = [
    ...(await inlinePolicies(connection, name, arn)),
    ...(await attachedPolicies(connection, name, arn)),
  ]
  return {
    arn: role.Arn ?? '',
    trust: policyJson(role.AssumeRolePolicyDocument),
    boundary: role.PermissionsBoundary?.PermissionsBoundaryArn,
    policies,
  }
}

async function inlinePolicies(connection: Connection, RoleName: string, arn: string): Promise<readonly NamedPolicy[]> {
  const { GetRolePolicyCommand, ListRolePoliciesCommand } = await import('@aws-sdk/client-iam')
  const names = await everyPage(async (Marker) => {
    const page = await read(connection, 'iam:ListRolePolicies', arn, (client, options) =>
      client.send(new ListRolePoliciesCommand({ RoleName, Marker }), options),
    )
    return { items: page?.PolicyNames ?? [], next: page?.Marker }
  })
  const policies: NamedPolicy[] = []
  for (const PolicyName of names) {
    const reply = await read(connection, 'iam:GetRolePolicy', arn, (client, options) =>
      client.send(new GetRolePolicyCommand({ RoleName, PolicyName }), options),
    )
    policies.push({ name: PolicyName, document: policyJson(reply?.PolicyDocument) })
  }
  return policies
}

async function attachedPolicies(
  connection: Connection,
  RoleName: string,
  arn: string,
): Promise<readonly NamedPolicy[]> {
  const { ListAttachedRolePoliciesCommand } = await import('@aws-sdk/client-iam')
  const arns = await everyPage(async (Marker) => {
    const page = await read(connection, 'iam:ListAttachedRolePolicies', arn, (client, options) =>
      client.send(new ListAttachedRolePoliciesCommand({ RoleName, Marker }), options),
    )
    return { items: (page?.AttachedPolicies ?? []).flatMap(({ PolicyArn }) => PolicyArn ?? []), next: page?.Marker }
  })
  const policies: NamedPolicy[] = []
  for (const PolicyArn of arns)
    policies.push({ name: PolicyArn, document: await managedDocument(connection, PolicyArn) })
  return policies
}

/** The default version of a managed policy, which is the one in effect. */
async function managedDocument(connection: Connection, PolicyArn: string): Promise<JsonObject | undefined> {
  const { GetPolicyCommand, GetPolicyVersionCommand } = await import('@aws-sdk/client-iam')
  const found = await read(connection, 'iam:GetPolicy', PolicyArn, (client, options) =>
    client.send(new GetPolicyCommand({ PolicyArn }), options),
  )
  const VersionId = found?.Policy?.DefaultVersionId
  if (VersionId === undefined) return undefined
  const reply = await read(connection, 'iam:GetPolicyVersion', PolicyArn, (client, options) =>
    client.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }), options),
  )
  return policyJson(reply?.PolicyVersion?.Document)
}

async function audiences(connection: Connection, arn: string): Promise<readonly string[] | undefined> {
  const { GetOpenIDConnectProviderCommand } = await import('@aws-sdk/client-iam')
  const reply = await read(connection, 'iam:GetOpenIDConnectProvider', arn, (client, options) =>
    client.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }), options),
  )
  return reply && (reply.ClientIDList ?? [])
}
