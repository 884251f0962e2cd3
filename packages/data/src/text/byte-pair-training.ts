/** Two ids that are merged into one. */
export type Pair = readonly [left: number, right: number];

/** Ids stay below this, so that a pair fits into one safe integer. */
const LIMIT = 2 ** 26;

/**
 * The merges of byte-pair encoding (Sennrich et al. 2016) for pieces of text and how often each occurs: again and again the
 * most frequent pair of neighbors becomes one id. Of equally frequent ones the pair with the smaller ids comes first, so
 * that the result does not depend on the order of the pieces.
 *
 * @param counts pieces, of which no merge crosses the ends
 * @param limit how many merges at most; there are fewer if no pair is as frequent as `minFrequency`
 */
export function learnMerges(counts: ReadonlyMap<string, number>, limit: number, minFrequency: number): Pair[] {
  const encoder = new TextEncoder();
  const pieces = Array.from(counts, ([text, count]) => ({ ids: [...encoder.encode(text)], count }));
  const pairs = new PairCounts();
  for (const [piece, { ids, count }] of pieces.entries()) pairs.add(ids, count, piece);
  const merges: Pair[] = [];
  while (merges.length < limit) {
    const best = pairs.mostFrequent(minFrequency);
    if (!best) break;
    const id = 256 + merges.length;
    merges.push(best);
    for (const index of pairs.piecesWith(best)) {
      const piece = pieces[index] as { ids: number[]; count: number };
      pairs.add(piece.ids, -piece.count, index);
      piece.ids = mergePair(piece.ids, best, id);
      pairs.add(piece.ids, piece.count, index);
    }
  }
  return merges;
}

/** `ids` with each `pair`, from the left, replaced by `id`. */
export function mergePair(ids: readonly number[], [left, right]: Pair, id: number): number[] {
  const merged: number[] = [];
  for (let place = 0; place < ids.length; place++) {
    if (ids[place] === left && ids[place + 1] === right) {
      merged.push(id);
      place++;
    } else merged.push(ids[place] as number);
  }
  return merged;
}

/** How often each pair of neighbors occurs, and in which pieces. A pair is one number: `left * LIMIT + right`. */
class PairCounts {
  readonly #counts = new Map<number, number>();
  /** A piece may be listed that no longer has the pair; merging it changes nothing. */
  readonly #pieces = new Map<number, Set<number>>();
  /** Pairs that became more frequent since the heap was last asked. */
  readonly #risen = new Set<number>();
  /** What is on the heap may have become less frequent since. */
  readonly #heap = new FrequencyHeap();

  add(ids: readonly number[], count: number, piece: number): void {
    for (let place = 1; place < ids.length; place++) {
      const key = (ids[place - 1] as number) * LIMIT + (ids[place] as number);
      const total = (this.#counts.get(key) ?? 0) + count;
      if (total === 0) {
        this.#counts.delete(key);
        this.#pieces.delete(key);
        continue;
      }
      this.#counts.set(key, total);
      if (count < 0) continue;
      this.#risen.add(key);
      const pieces = this.#pieces.get(key);
      if (pieces) pieces.add(piece);
      else this.#pieces.set(key, new Set([piece]));
    }
  }

  mostFrequent(minFrequency: number): Pair | undefined {
    for (const key of this.#risen) this.#heap.push({ key, count: this.#counts.get(key) ?? 0 });
    this.#risen.clear();
    for (let entry = this.#heap.pop(); entry; entry = this.#heap.pop()) {
      const count = this.#counts.get(entry.key) ?? 0;
      if (count < entry.count) {
        if (count > 0) this.#heap.push({ key: entry.key, count });
      } else if (count === entry.count) {
        return count < minFrequency ? undefined : [Math.floor(entry.key / LIMIT), entry.key % LIMIT];
      }
    }
    return undefined;
  }

  piecesWith([left, right]: Pair): number[] {
    return [...(this.#pieces.get(left * LIMIT + right) ?? [])];
  }
}

interface Frequency {
  readonly key: number;
  readonly count: number;
}

/** A binary heap: the greatest count first, of equal counts the smallest key. */
class FrequencyHeap {
  readonly #entries: Frequency[] = [];

  push(entry: Frequency): void {
    const entries = this.#entries;
    let place = entries.length;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!comesBefore(entry, entries[parent] as Frequency)) break;
      entries[place] = entries[parent] as Frequency;
      place = parent;
    }
    entries[place] = entry;
  }

  pop(): Frequency | undefined {
    const entries = this.#entries;
    const [first] = entries;
    const last = entries.pop();
    if (entries.length === 0 || !last) return first;
    let place = 0;
    for (let child = 1; child < entries.length; child = 2 * place + 1) {
      const right = entries[child + 1];
      if (right && comesBefore(right, entries[child] as Frequency)) child++;
      if (!comesBefore(entries[child] as Frequency, last)) break;
      entries[place] = entries[child] as Frequency;
      place = child;
    }
    entries[place] = last;
    return first;
  }
}

function comesBefore(left: Frequency, right: Frequency): boolean {
  return left.count > right.count || (left.count === right.count && left.key < right.key);
}
