// A button beside each block with a language, which copies what is to be typed. Printed output has none.
for (const code of document.querySelectorAll('pre code[class]')) {
  const block = document.createElement('div')
  const button = document.createElement('button')
  block.className = 'block'
  button.textContent = 'Copy'
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(code.textContent)
    button.textContent = 'Copied'
    setTimeout(() => {
      button.textContent = 'Copy'
    }, 2000)
  })
  code.parentElement.replaceWith(block)
  block.append(code.parentElement, button)
}
