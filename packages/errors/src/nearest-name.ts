/**
 * The known name that was most likely meant, or `undefined` if none is near.
 *
 * Distance is Damerau-Levenshtein's (insert, delete, replace, swap neighbors) without regard to case; near means at
 * most a third of the longer name's letters, and at least one letter in common. The first of equally near names wins.
 *
 * ```ts
 * console.log(nearestName('hiden_size', ['hiddenSize', 'heads']), nearestName('x', ['lr'])); // prints hiddenSize undefined
 * ```
 */
export function nearestName(given: string, known: Iterable<string>): string | undefined {
  const wanted = given.toLowerCase();
  let nearest: string | undefined;
  let least = Infinity;
  for (const name of known) {
    const length = Math.max(given.length, name.length);
    const allowed = Math.min(Math.max(1, Math.floor(length / 3)), length - 1);
    const distance = editDistance(wanted, name.toLowerCase());
    if (distance <= allowed && distance < least) {
      nearest = name;
      least = distance;
    }
  }
  return nearest;
}

/** Damerau-Levenshtein distance in its restricted form: no letter is edited twice. */
function editDistance(left: string, right: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const replaced = left[row - 1] === right[column - 1] ? 0 : 1;
      let cost = Math.min(at(previous, column) + 1, at(current, column - 1) + 1, at(previous, column - 1) + replaced);
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (swapped) cost = Math.min(cost, at(beforePrevious, column - 2) + 1);
      current.push(cost);
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, right.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
