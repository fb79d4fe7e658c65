import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createApp, send } from './support/app.ts'

interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly datasource?: { readonly uid: string }
  readonly targets?: readonly { readonly expr: string }[]
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
}

const dashboard: { panels: Panel[]; templating: { list: { name: string }[] } } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../ops/grafana/hotshelf.json'), 'utf8'),
)
const panels = dashboard.panels.filter(({ type }) => type !== 'row')

/** The metrics that an expression names, each with the labels that it names. */
const metricsOf = (expr: string) =>
  [...expr.matchAll(/\b((?:hotshelf|process|nodejs)_\w+)\{([^}]*)\}/g)].map(
    ([, name = '', selector = '']) => ({
      name,
      labels: [...selector.matchAll(/(\w+)(?:=|!=|=~)"/g)].map(([, label]) => label ?? ''),
    }),
  )

t.test(
  'each metric that the dashboard shows is one of a running service, and each of its own is shown',
  async (t) => {
    const app = await createApp(t)
    const { body } = await send(app, 'POST', '/authors', { name: 'one' })
    const url = await app.listen({ port: 0, host: '127.0.0.1' })
    for (let times = 0; times < 3; times++) await fetch(`${url}/authors/${body.id}`)
    const text = await (await fetch(`${url}/metrics`)).text()
    const known = new Map(
      text.split('\n').flatMap((line) => {
        const [, name, labels = ''] = /^(\w+)(?:\{(.*)\})? /.exec(line) ?? []
        return name === undefined ? [] : [[name, labels] as const]
      }),
    )
    const shown = panels.flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => metricsOf(expr)))
    // Prometheus adds the job itself.
    for (const { name, labels } of shown)
      for (const label of ['', ...labels])
        if (label !== 'job') t.ok(known.has(name) && known.get(name)?.includes(label), `${name} ${label}`)
    const told = readFileSync(join(import.meta.dirname, '../docs/operations.md'), 'utf8')
    for (const [name] of told.matchAll(/\bhotshelf_\w+/g))
      t.ok(known.has(name), `docs/operations.md: ${name}`)
    const families = [...text.matchAll(/^# TYPE (hotshelf_\w+)/gm)].map(([, name = '']) => name)
    for (const family of families)
      t.ok(
        shown.some(({ name }) => name.startsWith(family)),
        `${family} is shown`,
      )
  },
)

t.test('the dashboard asks the source that is chosen, and its panels do not overlap', async (t) => {
  t.ok(dashboard.templating.list.some(({ name }) => name === 'datasource'))
  t.equal(new Set(dashboard.panels.map(({ id }) => id)).size, dashboard.panels.length)
  const taken = new Set<string>()
  for (const { title, datasource, targets = [], gridPos } of panels) {
    t.equal(datasource?.uid, `\${datasource}`, title)
    t.ok(targets.length > 0, title)
    for (const { expr } of targets) t.ok(metricsOf(expr).length > 0, expr)
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        t.notOk(taken.has(`${x} ${y}`) || x >= 24)
        taken.add(`${x} ${y}`)
      }
  }
})
