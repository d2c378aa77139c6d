// The task migrate of slipway.yml: applies the files of migrations/ that the database does not have yet, each in a transaction.
import { readdirSync, readFileSync } from 'node:fs'
import { Client } from 'pg'

const folder = new URL('../migrations/', import.meta.url)
/** Of pg_advisory_lock: two tasks never migrate at once, whoever started them. */
const lock = 20260101

const client = new Client({ connectionString: process.env.DATABASE_URL })
await client.connect()
try {
  await client.query('SELECT pg_advisory_lock($1)', [lock])
  await client.query('CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY)')
  const { rows } = await client.query('SELECT name FROM migrations')
  const applied = new Set(rows.map(({ name }) => name))
  for (const name of readdirSync(folder)
    .toSorted()
    .filter((file) => !applied.has(file))) {
    await client.query('BEGIN')
    await client.query(readFileSync(new URL(name, folder), 'utf8'))
    await client.query('INSERT INTO migrations VALUES ($1)', [name])
    await client.query('COMMIT')
    console.log(`Applied ${name}`)
  }
} finally {
  await client.end()
}
