// The search of every page, by Pagefind's API. Its index is loaded when the box is first used.
const box = document.querySelector('#search input')
const list = document.querySelector('#search ol')
const status = document.querySelector('#search [role=status]')
const most = 8
let index

async function found(words) {
  index ??= await import(new URL('pagefind/pagefind.js', import.meta.url).href)
  const search = await index.debouncedSearch(words, {}, 150)
  if (search === null) return undefined
  const results = await Promise.all(search.results.slice(0, most).map((result) => result.data()))
  return { count: search.results.length, results }
}

/** The best heading of a page, if the words are below one. */
function item({ url, meta, excerpt, sub_results: parts }) {
  const part = parts.find((each) => each.url.includes('#') && each.title !== meta.title)
  const link = document.createElement('a')
  link.href = part?.url ?? url
  link.textContent = part ? `${meta.title}: ${part.title}` : meta.title
  const text = document.createElement('p')
  // Pagefind escapes the page's text, and adds <mark>.
  text.innerHTML = part?.excerpt ?? excerpt
  const row = document.createElement('li')
  row.append(link, text)
  return row
}

async function show() {
  const words = box.value.trim()
  if (words === '') return close()
  const answer = await found(words)
  if (answer === undefined || box.value.trim() !== words) return
  list.replaceChildren(...answer.results.map(item))
  list.hidden = answer.count === 0
  status.textContent = `${answer.count} ${answer.count === 1 ? 'page' : 'pages'}`
}

function close() {
  list.replaceChildren()
  list.hidden = true
  status.textContent = ''
}

box.addEventListener('input', show)
box.form.addEventListener('submit', (event) => {
  event.preventDefault()
  list.querySelector('a')?.click()
})
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') close()
  if (event.key !== '/' || event.target.closest('input, textarea')) return
  event.preventDefault()
  box.focus()
})
document.addEventListener('click', (event) => {
  if (event.target.closest('#search') === null) close()
})
