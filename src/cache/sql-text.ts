/** Strings, quoted names and dollar-quoted strings, which may hold what looks like a comment; comments; a stray start. */
const TOKENS =
  /\be'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(?<tag>(?:[a-z_]\w*)?)\$[\s\S]*?\$\k<tag>\$|--[^\n\r]*|\/\*(?:(?!\/\*)[\s\S])*?\*\/|(?<stray>\/\*)/gi

/**
 * The text of an SQL statement without its comments, for PostgreSQL with its usual `standard_conforming_strings`.
 * Undefined where comments are within comments, or do not end.
 */
export function codeOf(text: string): string | undefined {
  const tokens = [...text.matchAll(TOKENS)]
  if (tokens.some(({ groups }) => groups?.stray)) return undefined
  return text.replace(TOKENS, (token) => (/^(--|\/\*)/.test(token) ? ' ' : token))
}
