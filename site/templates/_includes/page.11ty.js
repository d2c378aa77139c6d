/** The layout of every page; what it needs is in the data (eleventy.config.js). */
export function render(data) {
  return data.render(data)
}
