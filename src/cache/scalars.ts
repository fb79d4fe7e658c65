import { Decimal } from '@prisma/client/runtime/client'

/** Thrown for a result that holds what the schema does not tell of: another extension's work. It is not stored. */
export class NotEncodableError extends Error {
  override name = 'NotEncodableError'
}

type ToJson = (value: unknown) => unknown
type FromJson = (value: unknown) => unknown

const fail = (): never => {
  throw new NotEncodableError('a value is not of the type of its column')
}

const same = (holds: (value: unknown) => boolean): [ToJson, FromJson] => {
  const check = (value: unknown) => (holds(value) ? value : fail())
  return [check, check]
}

/** What a Json column holds was read from JSON text, which can tell of numbers that JSON.stringify does not write. */
function survivesJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0)
  return typeof value !== 'object' || value === null || Object.values(value).every(survivesJson)
}

/** A pair for each Prisma scalar: its value as JSON, and back. */
const SCALARS: Readonly<Record<string, readonly [ToJson, FromJson]>> = {
  Int: same(Number.isInteger),
  Boolean: same((value) => typeof value === 'boolean'),
  String: same((value) => typeof value === 'string'),
  Enum: same((value) => typeof value === 'string'),
  Json: same(survivesJson),
  Float: [
    (value) => {
      if (typeof value !== 'number') return fail()
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : Object.is(value, -0)
          ? '-0'
          : String(value)
    },
    (value) => (typeof value === 'number' ? value : typeof value === 'string' ? Number(value) : fail()),
  ],
  BigInt: [
    (value) => (typeof value === 'bigint' ? String(value) : fail()),
    (value) => (typeof value === 'string' ? BigInt(value) : fail()),
  ],
  Decimal: [
    (value) => (Decimal.isDecimal(value) ? value.toJSON() : fail()),
    (value) => (typeof value === 'string' ? new Decimal(value) : fail()),
  ],
  DateTime: [
    (value) => (value instanceof Date && !Number.isNaN(value.getTime()) ? value.getTime() : fail()),
    (value) => (typeof value === 'number' ? new Date(value) : fail()),
  ],
  Bytes: [
    (value) => (value instanceof Uint8Array ? Buffer.from(value).toString('base64') : fail()),
    (value) => (typeof value === 'string' ? new Uint8Array(Buffer.from(value, 'base64')) : fail()),
  ],
}

/** A column's value as JSON. @throws NotEncodableError */
export const toJson = (type: string, value: unknown): unknown => (SCALARS[type]?.[0] ?? fail)(value)

/** The value that `toJson` was given. @throws NotEncodableError */
export const fromJson = (type: string, value: unknown): unknown => (SCALARS[type]?.[1] ?? fail)(value)
