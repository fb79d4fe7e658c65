import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { loadConfig, requireToken } from '../src/config.ts'
import { createApp, send } from './support/app.ts'
import { root } from './support/documents.ts'
import { containers, objects, only, pods } from './support/kubernetes.ts'

const source = (path: string) => readFileSync(join(root, path), 'utf8')

/** An object as TypeScript, so that a field which its type has not, or lacks, is an error. */
function typed({ kind, apiVersion }: { kind: string; apiVersion: string }, text: string): string {
  const group = apiVersion === 'v1' ? 'core/v1' : apiVersion
  return `import type { ${kind} } from 'kubernetes-types/${group}.js'\nexport const object: ${kind} = ${text}\n`
}

t.test('every object has the fields that Kubernetes knows for its kind', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'hotshelf-kubernetes-'))
  t.teardown(() => rm(folder, { recursive: true }))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  const files = objects.map((object, index) => ({
    name: `${index}-${object.kind}.ts`,
    text: typed(object, JSON.stringify(object)),
  }))
  const misspelt = JSON.stringify(only('Deployment')).replace('"readOnlyRootFilesystem"', '"readOnlyRoot"')
  files.push({ name: 'misspelt.ts', text: typed({ kind: 'Deployment', apiVersion: 'apps/v1' }, misspelt) })
  for (const { name, text } of files) await writeFile(join(folder, name), text)
  const args = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext']
  const said = await new Promise<string>((resolve) => {
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    execFile(
      process.execPath,
      [tsc, ...args, ...files.map(({ name }) => name)],
      { cwd: folder },
      (_, stdout) => resolve(stdout),
    )
  })
  const lines = said.split('\n').filter((line) => /^\S.*error TS/.test(line))
  t.same(
    lines.filter((line) => !line.startsWith('misspelt.ts')),
    [],
  )
  t.match(lines, [/"readOnlyRoot"' does not exist/], 'a field that there is not would be seen')
})

t.test('its variables are the service’s, and a service starts with them', (t) => {
  const env = { ...only('ConfigMap').data, ...only('Secret').stringData }
  const known = [...source('src/config.ts').matchAll(/^ {2}([A-Z_]+): /gm)].map(([, name]) => name)
  for (const name of Object.keys(env)) t.ok(known.includes(name), name)
  requireToken(loadConfig(env))
  for (const { name, envFrom } of containers)
    t.same(
      envFrom?.map(({ configMapRef, secretRef }) => configMapRef?.name ?? secretRef?.name),
      [only('ConfigMap').metadata?.name, only('Secret').metadata?.name],
      name,
    )
  t.end()
})

t.test('its probes are answered', async (t) => {
  const app = await createApp(t)
  const [api] = only('Deployment').spec?.template.spec?.containers ?? []
  const probes = [api?.startupProbe, api?.livenessProbe, api?.readinessProbe]
  for (const probe of probes) {
    t.equal((await send(app, 'GET', probe?.httpGet?.path ?? '')).status, 200)
    t.equal(probe?.httpGet?.port, api?.ports?.[0]?.name)
  }
  t.equal(String(api?.ports?.[0]?.containerPort), only('ConfigMap').data?.PORT)
})

t.test('a pod that ends has the time that the server takes', (t) => {
  const spec = only('Deployment').spec?.template.spec
  const pause = Number(spec?.containers[0]?.lifecycle?.preStop?.exec?.command?.[1])
  const grace = Number(/GRACE = ([\d_]+)/.exec(source('src/server.ts'))?.[1]?.replace('_', '')) / 1000
  t.ok(pause > 0)
  t.ok(pause + grace < (spec?.terminationGracePeriodSeconds ?? 0))
  t.end()
})

t.test('each selector finds the pods of the API, and draining a node leaves some', (t) => {
  const { replicas = 0, selector, template } = only('Deployment').spec ?? {}
  const labels = template?.metadata?.labels
  const budget = only('PodDisruptionBudget').spec
  for (const wanted of [selector?.matchLabels, only('Service').spec?.selector, budget?.selector?.matchLabels])
    t.same(wanted, labels)
  t.notSame(only('Job').spec?.template.metadata?.labels, labels)
  t.ok(replicas > Number(budget?.minAvailable))
  t.end()
})

t.test('nothing in it runs as root, or may write but to /tmp', (t) => {
  for (const pod of pods) t.match(pod?.spec?.securityContext, { runAsNonRoot: true, runAsUser: 1000 })
  for (const { name, securityContext, volumeMounts, resources } of containers) {
    t.match(securityContext, { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false }, name)
    t.same(
      volumeMounts?.map(({ mountPath }) => mountPath),
      ['/tmp'],
      name,
    )
    t.ok(resources?.limits?.memory, name)
  }
  t.end()
})
