/** The tokens before the first end token, or all of them. */
export function untilEnd(tokens: readonly number[], endToken: number | undefined): number[] {
  const end = endToken === undefined ? -1 : tokens.indexOf(endToken);
  return tokens.slice(0, end < 0 ? tokens.length : end);
}
