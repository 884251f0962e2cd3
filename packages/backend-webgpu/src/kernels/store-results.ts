import { type ContractionKernel, sizeOf } from '@evenkeel/backend';
import type { Renderer } from '../renderer/renderer.ts';
import { Scope } from '../renderer/scope.ts';
import { setPositions } from './grid.ts';

/** The sums of one invocation: each one's text, and its row and column in words of `result`, its number. */
export interface Results {
  readonly results: readonly string[];
  readonly i: string;
  readonly j: string;
  readonly splits: number;
}

/**
 * Stores what an invocation made, or in several parts what each part adds to it. What stores compute is written once: in a loop,
 * for which the sums go where an index finds them.
 */
export function storeResults(
  renderer: Renderer,
  scope: Scope,
  kernel: ContractionKernel,
  { results, i, j, splits }: Results,
): void {
  const [m, n] = [sizeOf(kernel.m), sizeOf(kernel.n)];
  const mAxis = kernel.batch.length;
  scope.add(`var results: array<f32, ${results.length}>;`, ...results.map((text, r) => `results[${r}] = ${text};`));
  const result = new Scope(scope);
  result.add(`let i = ${i};`, `let j = ${j};`);
  result.block(`if ((i >= ${m}u) | (j >= ${n}u)) {`, ['continue;']);
  result.add('let product = results[result];');
  if (splits > 1) {
    const place = `((batch * ${splits}u + part) * ${m}u + i) * ${n}u + j`;
    result.add(renderer.writeWorkspace(place, 'bitcast<u32>(product)'));
  } else {
    setPositions(renderer, result, 'i', kernel.m, mAxis);
    setPositions(renderer, result, 'j', kernel.n, mAxis + kernel.m.length);
    renderer.setReduced(result, 0, 'product');
    renderer.store(result, kernel.stores);
  }
  scope.block(`for (var result = 0u; result < ${results.length}u; result++) {`, result);
}
