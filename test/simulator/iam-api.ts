/** The API of IAM, as far as roles are looked at before a deployment: GetRole and SimulatePrincipalPolicy. */
import { AwsError, type AwsService } from './contract.ts'
import type { Iam, RegisteredRole } from './iam.ts'

interface Simulation {
  readonly PolicySourceArn: string
  readonly ActionNames: readonly string[]
  readonly ResourceArns?: readonly string[]
}

/** Who may assume it, as the role's trust policy says it. */
function trustPolicy(role: RegisteredRole, accountId: string): string {
  const allow = (action: string, principal: object, condition?: object) => ({
    Effect: 'Allow',
    Principal: principal,
    Action: action,
    ...(condition && { Condition: condition }),
  })
  const issuer = 'token.actions.githubusercontent.com'
  const { trust, trustedPrincipals, trustedServices } = role
  const Statement = [
    ...(trust
      ? [
          allow(
            'sts:AssumeRoleWithWebIdentity',
            { Federated: `arn:aws:iam::${accountId}:oidc-provider/${issuer}` },
            { StringLike: { [`${issuer}:sub`]: String(trust.sub) } },
          ),
        ]
      : []),
    ...(trustedPrincipals ? [allow('sts:AssumeRole', { AWS: trustedPrincipals })] : []),
    ...(trustedServices ? [allow('sts:AssumeRole', { Service: trustedServices })] : []),
  ]
  return encodeURIComponent(JSON.stringify({ Version: '2012-10-17', Statement }))
}

/** Roles are those that `iam.role` registered. Permissions are a list of actions: resources and conditions are not weighed. */
export function createIamApi(accountId: string, iam: Iam, created: number): AwsService {
  return {
    handlers: {
      GetRole: ({ RoleName }: { readonly RoleName: string }) => {
        const role = iam.roleByName(RoleName)
        if (!role) throw new AwsError('NoSuchEntity', `The role with name ${RoleName} cannot be found.`, 404)
        const path = role.name.slice(0, role.name.lastIndexOf('/') + 1)
        return {
          Role: {
            Path: `/${path}`,
            RoleName,
            RoleId: role.id,
            Arn: role.arn,
            CreateDate: new Date(created),
            AssumeRolePolicyDocument: trustPolicy(role, accountId),
            MaxSessionDuration: role.maxSessionSeconds ?? 3600,
          },
        }
      },
      SimulatePrincipalPolicy: ({ PolicySourceArn, ActionNames, ResourceArns = ['*'] }: Simulation) => {
        if (PolicySourceArn.includes(':role/') && !iam.roleByArn(PolicySourceArn))
          throw new AwsError('NoSuchEntity', `The entity with ARN ${PolicySourceArn} cannot be found.`, 404)
        return {
          EvaluationResults: ActionNames.flatMap((action) =>
            ResourceArns.map((resource) => ({
              EvalActionName: action,
              EvalResourceName: resource,
              EvalDecision: iam.mayDo(PolicySourceArn, action) ? 'allowed' : 'implicitDeny',
              MatchedStatements: [],
              MissingContextValues: [],
            })),
          ),
          IsTruncated: false,
        }
      },
    },
  }
}
