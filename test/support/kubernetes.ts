import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Deployment } from 'kubernetes-types/apps/v1.js'
import type { Job } from 'kubernetes-types/batch/v1.js'
import type { ConfigMap, Secret, Service } from 'kubernetes-types/core/v1.js'
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1.js'
import { parseAllDocuments } from 'yaml'
import { root } from './documents.ts'

const FOLDER = join(root, 'ops/kubernetes')

interface Kinds {
  readonly ConfigMap: ConfigMap
  readonly Secret: Secret
  readonly Job: Job
  readonly Deployment: Deployment
  readonly Service: Service
  readonly PodDisruptionBudget: PodDisruptionBudget
}

/** Every object of the example, as its files have it. Their types are checked by `test/kubernetes.test.ts`. */
export const objects: readonly { readonly kind: keyof Kinds; readonly apiVersion: string }[] = readdirSync(
  FOLDER,
)
  .filter((name) => name.endsWith('.yaml'))
  .flatMap((name) =>
    parseAllDocuments(readFileSync(join(FOLDER, name), 'utf8')).map((document) => {
      if (document.errors[0]) throw document.errors[0]
      return document.toJS()
    }),
  )

/** The object of a kind, of which there is one. */
export function only<K extends keyof Kinds>(kind: K): Kinds[K] {
  const [found, another] = objects.filter((object) => object.kind === kind)
  if (!found || another) throw new Error(`the example must have one ${kind}`)
  return found as unknown as Kinds[K]
}

export const pods = [only('Job'), only('Deployment')].map(({ spec }) => spec?.template)

/** All containers, those that run first among them. */
export const containers = pods.flatMap((pod) => [
  ...(pod?.spec?.initContainers ?? []),
  ...(pod?.spec?.containers ?? []),
])
