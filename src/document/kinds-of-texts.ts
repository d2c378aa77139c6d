/** Signs of other formats in texts that are no JSON or YAML, or are so by chance. Each takes a time in proportion. */
export interface TextSign {
  readonly name: string
  readonly fix: string
  readonly text?: RegExp
  /** Of the path of the file; enough alone. */
  readonly path?: RegExp
}

const command = 'aws ecs describe-task-definition --task-definition FAMILY --query taskDefinition'
/** The remedy for a text that is no task definition, with the AWS CLI command that exports one. */
export const exportIt = `Give the task definition in the form of the Amazon ECS API, such as that of "${command}".`
const render = (tool: string) => `Render it before this step (${tool}), and give the result.`

/** The first that fits counts. */
export const texts: readonly TextSign[] = [
  {
    name: 'a Git LFS pointer',
    fix: 'Check it out with "lfs: true" in actions/checkout.',
    text: /^version https:\/\/git-lfs\.github\.com\/spec\/v1/,
  },
  {
    name: 'a file with unresolved conflicts of a Git merge',
    fix: 'Resolve the conflicts and commit the file.',
    text: /^<{7} [^\n]*$/m,
  },
  {
    name: 'an HTML page',
    fix: 'It may be the error page of a server: check the step that wrote or downloaded the file.',
    text: /^\s*(?:<!--[\s\S]{0,2000}?-->\s*)?<(?:!doctype html|html|head|body)\b/i,
  },
  {
    name: 'XML',
    fix: 'It may be the error of a server such as Amazon S3: check the step that wrote or downloaded the file.',
    text: /^\s*<(?:\?xml\b|Error>|[A-Za-z]+\s+xmlns)/,
  },
  {
    name: 'an error message of the AWS CLI',
    fix: 'Check the step that wrote the file.',
    text: /^\s*(?:aws: error:|An error occurred \(\w+\) when calling the \w+ operation)/,
  },
  { name: 'Jsonnet', fix: render('jsonnet FILE > task-definition.json'), path: /\.(?:jsonnet|libsonnet)$/i },
  {
    name: 'Jsonnet',
    fix: render('jsonnet FILE > task-definition.json'),
    text: /^[ \t]*local [A-Za-z_]\w{0,80}(?:\([^)\n]{0,200}\))? ?=|\bstd\.(?:extVar|manifestJson\w*|native|format)\(|^[ \t]*[\w'"]{1,80} ?\+?:{1,2} ?(?:std\.|import ['"])/m,
  },
  {
    name: 'a Terraform configuration',
    fix: exportIt,
    path: /\.(?:tf|tofu|hcl|tfvars)$/i,
  },
  {
    name: 'a Terraform configuration',
    fix: exportIt,
    text: /^(?:resource|data|module|provider|variable|output) "[\w-]+"(?: "[\w-]+")? \{|^(?:terraform|locals) \{|\bjsonencode\(/m,
  },
  {
    name: 'a CloudFormation template',
    fix: exportIt,
    text: /^AWSTemplateFormatVersion[ \t]*:|^[ \t]+Type[ \t]*:[ \t]*['"]?AWS::\w+::|:\s+!(?:Ref|Sub|GetAtt|Join|If|FindInMap|ImportValue|Select|Split)\b/m,
  },
  {
    name: 'a Helm template',
    fix: render('helm template'),
    text: /\{\{-?\s*(?:\.(?:Values|Release|Chart)\b|include "|template "|toYaml )/,
  },
  {
    name: 'a template of ecspresso',
    fix: render('ecspresso render taskdef'),
    text: /\{\{-?\s*(?:must_env|env|tfstatef?|ssm|secretsmanager_arn|cfn_output|cfn_export|json_escape) [^{}]*\}\}/,
  },
  { name: 'an ERB template', fix: render('erb'), path: /\.erb$/i },
  { name: 'an ERB template', fix: render('erb'), text: /<%[=-]?\s[^%\n]*%>/ },
  {
    name: 'a template',
    fix: render('with the tool that it is for'),
    path: /\.(?:j2|jinja2?|tmpl|tpl|gotmpl|mustache|hbs)$/i,
  },
  {
    name: 'a Jinja template',
    fix: render('jinja2'),
    text: /\{%-?\s*(?:if|for|set|include|extends|block|macro)\b[^%\n]*%\}/,
  },
  {
    name: 'a file of environment variables',
    fix: 'Give it in env-files or environment-variables instead.',
    text: /^(?:#[^\n]*\n|[ \t\r]*\n)*(?:export )?[A-Z_][A-Z0-9_]*=[^\n]*(?:\n(?:#[^\n]*|[ \t\r]*|(?:export )?[A-Z_][A-Z0-9_]*=[^\n]*))*$/,
  },
  {
    name: 'the path of another file',
    fix: 'It may be a symbolic link that Git checked out as a text (core.symlinks): give that path.',
    text: /^(?:[\w.-]{1,100}\/){0,20}[\w-]{1,100}(?:\.[\w-]{1,20}){0,5}\.(?:json|ya?ml)\n?$/,
  },
]
