const products = await (await fetch('https://api.example.com/products')).json()
document.body.append(...products.map(({ name }) => Object.assign(document.createElement('p'), { textContent: name })))
