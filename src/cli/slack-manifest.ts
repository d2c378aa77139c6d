/** What a person chooses about the Slack app. */
export interface SlackAppChoices {
  readonly name: string
  readonly botName: string
  readonly description: string
  /** `#` and 3 or 6 hexadecimal digits. */
  readonly color: string
  /** Posts in public channels that the app was not invited to. */
  readonly publicChannels: boolean
}

/** The manifest of a Slack app that posts and updates its own messages (https://docs.slack.dev/reference/app-manifest). */
export function slackManifest({ name, botName, description, color, publicChannels }: SlackAppChoices) {
  return {
    display_information: { name, description, background_color: color },
    features: { bot_user: { display_name: botName, always_online: true } },
    oauth_config: { scopes: { bot: ['chat:write', ...(publicChannels ? ['chat:write.public'] : [])] } },
    settings: { org_deploy_enabled: false, socket_mode_enabled: false, token_rotation_enabled: false },
  }
}

/** Slack's page that creates an app from a manifest, with this one filled in. */
export function slackAppLink(manifest: ReturnType<typeof slackManifest>): string {
  return `https://api.slack.com/apps?new_app=1&manifest_json=${encodeURIComponent(JSON.stringify(manifest))}`
}

/**
 * What Slack would refuse with `invalid_manifest`, each by its option. Limits of the manifest reference, but for the description:
 * the reference gives 140 characters, and apps.manifest.create was seen to refuse that length (mastra-ai/mastra#16093).
 */
export function slackManifestMistakes({ name, botName, description, color }: SlackAppChoices): readonly string[] {
  return [
    ...tooLong('name', name, 35),
    ...tooLong('bot-name', botName, 80),
    ...tooLong('description', description, 139),
    ...(/^[a-z0-9._-]+$/.test(botName)
      ? []
      : [`--bot-name must consist of a-z, 0-9, ".", "_" and "-", not ${JSON.stringify(botName)}`]),
    ...(/^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(color)
      ? []
      : [`--color must be # and 3 or 6 hexadecimal digits, such as #0b5fff, not ${JSON.stringify(color)}`]),
  ]
}

function tooLong(option: string, value: string, most: number): readonly string[] {
  const { length } = value
  return length > most ? [`--${option} has ${length} characters; Slack accepts at most ${most}`] : []
}
