/** A filter for text that holds `part`, in capitals or not. Prisma leaves the wildcards of LIKE what they are. */
export const containing = (part: string) => ({
  contains: part.replaceAll(/[\\%_]/g, '\\$&'),
  mode: 'insensitive' as const,
})
