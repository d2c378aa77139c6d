import type { TemplateOptions } from './as-cloudformation.ts'
import { attribute, block, expression, type HclBlock, jsonAttribute, renderBlocks } from './hcl.ts'
import type { AccountPlan, PlannedRole } from './plan-permissions.ts'
import { policyName } from './policy-name.ts'

/** Terraform (provider hashicorp/aws 5 or 6) of one account, formatted as `terraform fmt` does. */
export function terraform(account: AccountPlan, { existingProvider }: TemplateOptions): string {
  const { provider, roles, boundary, repositoryPolicies } = account
  const names = roles.map((role, index) => localName(role, roles, index))
  const blocks: readonly HclBlock[] = [
    ...(existingProvider
      ? []
      : [
          block(
            'resource',
            ['aws_iam_openid_connect_provider', 'github'],
            [attribute('url', provider.url), attribute('client_id_list', [provider.audience])],
          ),
        ]),
    ...(boundary
      ? [
          block(
            'resource',
            ['aws_iam_policy', 'boundary'],
            [attribute('name', boundary.name), jsonAttribute('policy', boundary.policy)],
          ),
        ]
      : []),
    ...roles.flatMap((role, index) => roleBlocks(role, names[index] ?? '', account, existingProvider)),
    ...repositoryPolicies.map(({ name, policy, region }) =>
      block(
        'resource',
        ['aws_ecr_repository_policy', identifier(name)],
        [attribute('repository', name), jsonAttribute('policy', policy)],
        `In ${region}: where the provider has another region, add provider = aws.ALIAS.`,
      ),
    ),
  ]
  return renderBlocks(blocks)
}

function roleBlocks(
  { name, path, trust, policy }: PlannedRole,
  local: string,
  { boundary }: AccountPlan,
  existingProvider: boolean,
): readonly HclBlock[] {
  return [
    block(
      'resource',
      ['aws_iam_role', local],
      [
        attribute('name', name),
        attribute('path', path),
        jsonAttribute('assume_role_policy', trust),
        ...(boundary ? [expression('permissions_boundary', 'aws_iam_policy.boundary.arn')] : []),
        // The trust policy names the provider by its ARN.
        ...(existingProvider ? [] : [expression('depends_on', '[aws_iam_openid_connect_provider.github]')]),
      ],
    ),
    block(
      'resource',
      ['aws_iam_role_policy', local],
      [attribute('name', policyName), expression('role', `aws_iam_role.${local}.id`), jsonAttribute('policy', policy)],
    ),
  ]
}

/** A name of Terraform's: letters, digits, `_` and `-`, no digit first. */
function identifier(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_]+/g, '_').replace(/^(\d)/, '_$1')
}

function localName({ name }: PlannedRole, roles: readonly PlannedRole[], index: number): string {
  const own = identifier(name)
  const isTaken = roles.slice(0, index).some((other) => identifier(other.name) === own)
  return isTaken ? `${own}_${index + 1}` : own
}
