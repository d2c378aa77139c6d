import { createServer } from 'node:http'

const port = Number(process.env.PORT ?? 8080)

/** Answers the health check of the load balancer, and the shop's pages. */
createServer(({ url }, response) => {
  response.setHeader('content-type', 'application/json')
  if (url === '/health') return response.end('{"status":"ok"}')
  if (url === '/products') return response.end('[{"id":1,"name":"Bicycle"}]')
  response.statusCode = 404
  response.end('{"error":"not found"}')
}).listen(port)
