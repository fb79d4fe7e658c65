#!/usr/bin/env node
// Prisma's CLI spawns this file as its schema engine (see prisma.config.ts), so it has to be plain JavaScript.
import { tsImport } from 'tsx/esm/api'

await tsImport('./main.ts', import.meta.url)
