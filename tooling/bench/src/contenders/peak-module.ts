/** The instructions of one step of a chain, acc ← acc · factor + addend, after both operands of the product are on the stack. */
const relaxedMadd = [0xfd, 0x85, 0x02];
const add = [0xfd, 0xe4, 0x01];
const multiply = [0xfd, 0xe6, 0x01];
const splat = [0xfd, 0x13];

// As many as keep two multiply-add units busy at a latency of up to six cycles, and fit sixteen registers.
const chains = 12;

/** Floating-point operations of one turn of the loop: a product and a sum in each of four lanes of each chain. */
export const flopsPerTurn = chains * 4 * 2;

/**
 * A module whose function `f(turns, factor, addend)` runs independent chains of 128-bit multiply-adds in registers, with no loads
 * or stores: the most that WebAssembly's vectors can reach on this machine.
 *
 * @param isFused whether to use relaxed multiply-add; otherwise a product and a sum
 */
export function peakModule(isFused: boolean): Uint8Array<ArrayBuffer> {
  const get = (local: number): number[] => [0x20, local];
  const set = (local: number): number[] => [0x21, local];
  const [turns, factor, addend, factors, addends, first] = [0, 1, 2, 3, 4, 5] as const;
  const accumulators = Array.from({ length: chains }, (_, chain) => first + chain);
  const advance = (accumulator: number): number[] =>
    isFused
      ? [...get(accumulator), ...get(factors), ...get(addends), ...relaxedMadd, ...set(accumulator)]
      : [...get(accumulator), ...get(factors), ...multiply, ...get(addends), ...add, ...set(accumulator)];
  const body = [
    ...[1, 2 + chains, 0x7b], // one group of locals: vectors
    ...[...get(factor), ...splat, ...set(factors), ...get(addend), ...splat, ...set(addends)],
    ...accumulators.flatMap((accumulator) => [...get(addends), ...set(accumulator)]),
    ...[0x03, 0x40], // loop
    ...accumulators.flatMap(advance),
    ...[...get(turns), 0x41, 1, 0x6b, 0x22, turns, 0x0d, 0, 0x0b], // if (--turns) again; end
    // Everything is summed up and returned, so that nothing is dropped as unused.
    ...[...get(first), ...accumulators.slice(1).flatMap((accumulator) => [...get(accumulator), ...add])],
    ...[0xfd, 0x1f, 0, 0x0b], // lane 0; end
  ];
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 3, 0x7f, 0x7d, 0x7d, 1, 0x7d]), // (i32, f32, f32) → f32
    ...section(3, [1, 0]),
    ...section(7, [1, 1, 'f'.charCodeAt(0), 0, 0]),
    ...section(10, [1, ...length(body.length), ...body]),
  ]);
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...length(content.length), ...content];
}

/** A length in the two-byte form of LEB128, enough for what is here. */
function length(bytes: number): number[] {
  return [(bytes & 0x7f) | 0x80, bytes >> 7];
}
