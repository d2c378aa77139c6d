/** A reader of the XML that clients send: elements, text, the five entities and numeric ones. Anything else is refused. */

export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlElement[]
  readonly text: string
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const unescaped = (text: string) =>
  text.replace(/&(#x[0-9a-fA-F]+|#\d+|\w+);/g, (_, name: string) => {
    if (name.startsWith('#x')) return String.fromCodePoint(Number.parseInt(name.slice(2), 16))
    if (name.startsWith('#')) return String.fromCodePoint(Number(name.slice(1)))
    const known = entities[name]
    if (known === undefined) throw new SyntaxError(`The XML has the unknown entity &${name};`)
    return known
  })

interface Open {
  readonly name: string
  readonly attributes: Record<string, string>
  readonly children: XmlElement[]
  text: string
}

/** Names lose their prefix: clients declare one namespace only. Throws `SyntaxError`. */
export function readXml(source: string): XmlElement {
  const root: Open = { name: '', attributes: {}, children: [], text: '' }
  const open: Open[] = [root]
  const tokens = /<\?[^>]*\?>|<!--[\s\S]*?-->|<\/([^>\s]+)\s*>|<([^\s/>]+)((?:\s+[^\s=]+="[^"]*")*)\s*(\/?)>|([^<]+)/gy
  let end = 0
  for (const [token, closing, opening, attributes = '', isEmpty, text] of source.matchAll(tokens)) {
    end += token.length
    const top = open.at(-1) ?? root
    if (text !== undefined) top.text += unescaped(text)
    if (opening !== undefined) {
      const element: Open = { name: opening.replace(/^.*:/, ''), attributes: {}, children: [], text: '' }
      for (const [, name = '', value = ''] of attributes.matchAll(/([^\s=]+)="([^"]*)"/g))
        element.attributes[name] = unescaped(value)
      top.children.push(element)
      if (!isEmpty) open.push(element)
    }
    if (closing !== undefined && open.pop()?.name !== closing.replace(/^.*:/, ''))
      throw new SyntaxError(`The XML closes ${closing}, which is not open.`)
  }
  const [element, ...others] = root.children
  if (end !== source.length || open.length !== 1 || element === undefined || others.length > 0)
    throw new SyntaxError('The XML you provided was not well-formed')
  return element
}
