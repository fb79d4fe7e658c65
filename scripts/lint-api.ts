import { createConfig, formatProblems, getTotals, lintFromString } from '@redocly/openapi-core'
import { buildApp } from '../src/app.ts'
import { loadConfig } from '../src/config.ts'

/** Rules beyond the recommended ones: each example is one. */
const RULES = {
  'no-invalid-schema-examples': 'error',
  'no-invalid-parameter-examples': 'error',
  'operation-tag-defined': 'error',
  'operation-singular-tag': 'error',
  'parameter-description': 'error',
} as const

/** `npm run lint:api`: fails where the OpenAPI document breaks a rule. Nothing is connected to for it. */
const app = await buildApp(
  loadConfig({ DATABASE_URL: 'postgresql://127.0.0.1/none', API_TOKEN: 'token', LOG_LEVEL: 'silent' }),
)
const source = JSON.stringify(app.swagger(), null, 2)
await app.close()

const config = await createConfig({ extends: ['recommended-strict'], rules: RULES })
const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config })
const totals = getTotals(problems)
formatProblems(problems, { format: 'codeframe', totals, version: '' })
console.log(`the OpenAPI document: ${totals.errors} errors, ${totals.warnings} warnings`)
process.exitCode = totals.errors + totals.warnings > 0 ? 1 : 0
