/** A value of an option of Buildx that is read as CSV, such as `--output`: quoted where a comma or a quote would end it. */
export function csvField(value: string): string {
  return /[",\r\n]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}

/** Fields as one value. */
export function csvRow(fields: readonly string[]): string {
  return fields.map(csvField).join(',')
}
