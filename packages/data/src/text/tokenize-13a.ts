/**
 * The words of a sentence as WMT's `mteval-v13a` cuts them, for scores that can be compared between papers.
 *
 * Punctuation stands alone, but a period or comma between digits and a dash before none stay with their word.
 * The same as sacreBLEU's tokenizer `13a`.
 */
export function tokenize13a(line: string): string[] {
  const plain = line
    .trimEnd()
    .replaceAll('<skipped>', '')
    .replaceAll('-\n', '')
    .replaceAll('\n', ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>');
  const spaced = ` ${plain} `
    .replace(/([{-~[-` -&(-+:-@/])/gu, ' $1 ')
    .replace(/([^0-9])([.,])/gu, '$1 $2 ')
    .replace(/([.,])([^0-9])/gu, ' $1 $2')
    .replace(/([0-9])(-)/gu, '$1 $2 ');
  return spaced.split(/\s+/u).filter((word) => word !== '');
}
