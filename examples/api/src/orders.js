/** Orders in memory: enough to be a real resource, gone with the process. */

const mostOrders = 1000
const mostPerOrder = 100

/** What is wrong with an order, as sentences for people; empty when nothing is. */
export function problemsOf(order) {
  if (typeof order !== 'object' || order === null || Array.isArray(order)) return ['The body must be a JSON object.']
  const problems = []
  if (typeof order.sku !== 'string' || !/^[A-Z0-9-]{3,20}$/.test(order.sku))
    problems.push('sku must be 3 to 20 capital letters, digits or dashes.')
  if (!Number.isInteger(order.quantity) || order.quantity < 1 || order.quantity > mostPerOrder)
    problems.push(`quantity must be a whole number from 1 to ${mostPerOrder}.`)
  const unknown = Object.keys(order).filter((name) => name !== 'sku' && name !== 'quantity')
  if (unknown.length > 0) problems.push(`These members are not known: ${unknown.join(', ')}.`)
  return problems
}

/** A new, empty book of orders. The oldest order goes when it is full. */
export function openOrders() {
  const orders = new Map()
  let last = 0
  return {
    list: () => [...orders.values()],
    find: (id) => orders.get(id),
    add({ sku, quantity }, now) {
      const order = { id: String(++last), sku, quantity, createdAt: new Date(now).toISOString() }
      orders.set(order.id, order)
      if (orders.size > mostOrders) orders.delete(orders.keys().next().value)
      return order
    },
  }
}
