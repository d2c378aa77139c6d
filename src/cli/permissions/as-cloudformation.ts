import { stringify } from 'yaml'
import type { AccountPlan, PlannedRole } from './plan-permissions.ts'
import { policyName } from './policy-name.ts'

/** How a template is made. */
export interface TemplateOptions {
  /** The account has the identity provider already: an account has one for each issuer. */
  readonly existingProvider: boolean
}

/**
 * A CloudFormation template of one account: provider, boundary and roles, and nothing else. Repository policies are a property of
 * AWS::ECR::Repository, so a template cannot attach one to a repository that exists.
 */
export function cloudFormation(account: AccountPlan, { existingProvider }: TemplateOptions): string {
  const { provider, roles, boundary, accountId } = account
  const template = {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `Roles of GitHub Actions for Slipway in account ${accountId}`,
    Resources: {
      ...(!existingProvider && {
        OidcProvider: {
          Type: 'AWS::IAM::OIDCProvider',
          Properties: { Url: provider.url, ClientIdList: [provider.audience] },
        },
      }),
      ...(boundary && {
        Boundary: {
          Type: 'AWS::IAM::ManagedPolicy',
          Properties: { ManagedPolicyName: boundary.name, PolicyDocument: boundary.policy },
        },
      }),
      ...Object.fromEntries(
        roles.map((role, index) => [logicalId(role, index), roleResource(role, account, existingProvider)]),
      ),
    },
    Outputs: Object.fromEntries(
      roles.map((role, index) => [
        `${logicalId(role, index)}Arn`,
        { Value: { 'Fn::GetAtt': [logicalId(role, index), 'Arn'] } },
      ]),
    ),
  }
  // YAML 1.1, as CloudFormation reads it: what is a date or an octal number there is quoted.
  return stringify(template, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false })
}

/** Letters and digits only; the number keeps names apart that differ in other characters. */
function logicalId({ name }: PlannedRole, index: number): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
  return `Role${index + 1}${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}`
}

function roleResource(
  { name, path, trust, policy }: PlannedRole,
  { boundary }: AccountPlan,
  existingProvider: boolean,
) {
  return {
    Type: 'AWS::IAM::Role',
    // The trust policy names the provider by its ARN: without this it may be checked before the provider exists.
    ...(!existingProvider && { DependsOn: 'OidcProvider' }),
    Properties: {
      RoleName: name,
      Path: path,
      AssumeRolePolicyDocument: trust,
      ...(boundary && { PermissionsBoundary: { Ref: 'Boundary' } }),
      Policies: [{ PolicyName: policyName, PolicyDocument: policy }],
    },
  }
}
