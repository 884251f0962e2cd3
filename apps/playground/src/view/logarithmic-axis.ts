/** More lines across would be a grid of nothing else. */
const MOST_MARKS = 7;
/** Marks within a power of ten, where there is room for them. */
const WITHIN = [1, 2, 5] as const;

/** A range around the values that ends at marks; any range where there are no values. */
export function logarithmicRange(low: number | null, high: number | null): [low: number, high: number] {
  if (!low || !high || !Number.isFinite(low) || !Number.isFinite(high)) return [0.1, 1];
  const start = markBelow(low);
  const end = markAbove(high);
  return start === end ? [start / 2, end * 2] : [start, end];
}

/** Where lines go across: at 1, 2 and 5 of each power of ten, or at powers only, or at every second or third of them. */
export function marks(low: number, high: number): number[] {
  const [first, last] = [Math.floor(Math.log10(low) + 1e-9), Math.ceil(Math.log10(high) - 1e-9)];
  const powers = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const isWithin = (mark: number) => mark >= low * 0.999 && mark <= high * 1.001;
  const all = powers.flatMap((power) => WITHIN.map((factor) => factor * 10 ** power)).filter(isWithin);
  if (all.length <= MOST_MARKS) return all;
  const stride = Math.ceil((last - first) / MOST_MARKS);
  return powers
    .filter((power) => power % stride === 0)
    .map((power) => 10 ** power)
    .filter(isWithin);
}

/** A mark as a plain number, or as a power where that would be long. */
export function markText(value: number): string {
  return value >= 0.000999 && value < 9999 ? String(Number(value.toPrecision(1))) : value.toExponential(0);
}

function markBelow(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * WITHIN.filter((factor) => factor * power <= value * 1.0001).at(-1)!;
}

function markAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (WITHIN.find((factor) => factor * power >= value * 0.9999) ?? 10);
}
