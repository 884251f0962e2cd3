import { damaged, quoted } from './header-cursor.ts';
import type { HeaderEntry } from './read-header.ts';

/**
 * Throws unless the tensors cover the data exactly: from the first byte, without overlap or hole, to the last one.
 *
 * @param start position in the file at which the data begin
 * @param length bytes that are there
 */
export function checkLayout(entries: readonly HeaderEntry[], start: number, length: number, source: string): void {
  const inFileOrder = entries.toSorted((left, right) => left.begin - right.begin || left.end - right.end);
  let covered = 0;
  let before: string | undefined;
  for (const { name, begin, end } of inFileOrder) {
    const got = `bytes ${start + begin} to ${start + end} of the file`;
    const expected = `a start at byte ${start + covered}`;
    if (begin < covered) {
      throw damaged(source, `its data overlap those of ${quoted(before ?? '')}`, { tensor: name, got, expected });
    }
    if (begin > covered) {
      const problem = `nothing says what the ${begin - covered} bytes before its data are`;
      throw damaged(source, problem, { tensor: name, got, expected });
    }
    if (end > length) {
      throw damaged(source, 'its data go beyond the end of the file, which may have been cut off', {
        tensor: name,
        got,
        expected: `at most ${start + length}, the size of the file`,
      });
    }
    covered = end;
    before = name;
  }
  if (covered === length) return;
  throw damaged(source, 'the file goes on after its last tensor', {
    got: `${length - covered} bytes from byte ${start + covered} of the file`,
    expected: 'none',
  });
}
