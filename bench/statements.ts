import pg from 'pg'

let sent = 0

// Under every client alike, in whatever way it is extended.
pg.Client.prototype.query = new Proxy(pg.Client.prototype.query, {
  apply(query, client, args) {
    sent++
    return Reflect.apply(query, client, args)
  },
})

/** How many statements this process has sent to the database. */
export const statementsSent = (): number => sent
