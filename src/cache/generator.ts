#!/usr/bin/env node
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import helper from '@prisma/generator-helper'
import { factsOfDmmf } from './facts-of-dmmf.ts'

/** The Prisma generator behind `generator cacheSchema { … }`: writes the map of schema facts at `prisma generate`. */
helper.generatorHandler({
  onManifest: () => ({
    prettyName: 'Hotshelf cache schema',
    defaultOutput: '../src/generated/cache-schema.ts',
  }),
  async onGenerate({ dmmf, datamodel, generator }) {
    const output = generator.output?.value
    if (!output) throw new Error('the cacheSchema generator needs an output')
    const facts = factsOfDmmf(dmmf.datamodel, datamodel)
    await mkdir(dirname(output), { recursive: true })
    await writeFile(
      output,
      `// Written by \`prisma generate\` from the Prisma schema.
export const schema = ${JSON.stringify(facts, null, 2)} as const
`,
    )
  },
})
