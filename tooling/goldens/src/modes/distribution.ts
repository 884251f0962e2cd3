import { cat, manualSeed, type Tensor, zeros } from '@evenkeel/tensor';
import { AttributeReader } from '../attributes.ts';
import { type GoldenCase, numberOf } from '../case.ts';
import { operations } from '../ops/index.ts';
import { initializers } from '../ops/initializers.ts';
import type { ModuleLike } from '../program/modules.ts';
import { bind, Unsupported } from '../program/operation.ts';
import { checkMoments, checkRange, collect } from '../statistics.ts';

const seed = 20240607;

/** Draws with a fixed seed and holds the sample against the distribution of the case; gives what does not fit. */
export async function runDistribution(golden: GoldenCase): Promise<string[]> {
  manualSeed(seed);
  const attrs = new AttributeReader(golden.attrs);
  const expected = new Map(Object.entries(golden.outputs));
  const number = (name: string): number | undefined => {
    const value = expected.get(name);
    expected.delete(name);
    return value && numberOf(value.data[0]!);
  };
  const kind = attrs.take<string>('distribution');
  const gram = expected.get('gram');
  const problems: string[] = [];
  if (gram) {
    expected.delete('gram');
    problems.push(...(await checkGram(golden, attrs, gram.data.map(numberOf))));
  } else if (/^nn\.[A-Z]/.test(golden.op)) {
    problems.push(...(await checkFreshLayer(golden, attrs, number)));
  } else {
    const shape = attrs.need<number[]>('shape');
    const draw = initializer(golden.op, attrs);
    const sample = await collect(() => draw(zeros(shape).clone()));
    const bound = number('bound');
    const [low, high] = [number('low') ?? (bound === undefined ? undefined : -bound), number('high') ?? bound];
    problems.push(...checkMoments(sample, number('mean')!, number('std')!));
    if (low !== undefined && high !== undefined) problems.push(...checkRange(sample, low, high, kind === 'uniform'));
  }
  attrs.finish();
  if (expected.size > 0)
    throw new Unsupported(`the runner does not know the result ${[...expected.keys()].join(', ')}`);
  return problems;
}

/** The initializer of the case with its options, bound by PyTorch's names. */
function initializer(op: string, attrs: AttributeReader): (target: Tensor) => Tensor {
  const operation = Object.hasOwn(initializers, op) ? initializers[op] : undefined;
  if (!operation) throw new Unsupported(`${op} is not in the runner's tables`);
  const options = Object.entries(attrs.takeRest());
  return (target) => operation.run(...(bind(op, operation, [target], options) as never[])) as Tensor;
}

async function checkGram(golden: GoldenCase, attrs: AttributeReader, want: number[]): Promise<string[]> {
  const shape = attrs.need<number[]>('shape');
  const kind = attrs.need<string>('gram');
  const flattened = attrs.need<number[]>('flattened');
  const weight = initializer(golden.op, attrs)(zeros(shape).clone()).reshape(flattened);
  if (kind !== 'W W^T' && kind !== 'W^T W') throw new Unsupported(`the runner does not know the gram matrix ${kind}`);
  const gram = kind === 'W W^T' ? weight.matmul(weight.t()) : weight.t().matmul(weight);
  const got = await gram.data();
  const worst = want.reduce((most, value, index) => Math.max(most, Math.abs(value - (got[index] ?? Number.NaN))), 0);
  return got.length === want.length && worst <= 1e-5 * Math.max(1, ...want) ? [] : [`gram: off by ${worst}`];
}

/** A fresh layer's weights and biases, by state-dict name: uniform within bounds, or with the given moments. */
async function checkFreshLayer(
  golden: GoldenCase,
  attrs: AttributeReader,
  number: (name: string) => number | undefined,
): Promise<string[]> {
  const operation = Object.hasOwn(operations, golden.op) ? operations[golden.op] : undefined;
  if (!operation) throw new Unsupported(`${golden.op} is not in the runner's tables`);
  const values = bind(golden.op, operation, [], Object.entries(attrs.takeRest())) as never[];
  const named = (pattern: RegExp) => (): Tensor => {
    const module = operation.run(...values) as ModuleLike;
    const parts = [...module.stateDict()]
      .filter(([name]) => pattern.test(name))
      .map(([, value]) => value.reshape([-1]));
    if (parts.length === 0) throw new Error(`a fresh ${golden.op} has no ${pattern.source}`);
    return cat(parts, 0);
  };
  const problems: string[] = [];
  for (const part of ['weight', 'bias']) {
    const bound = number(`${part}_bound`);
    if (bound === undefined) continue;
    const sample = await collect(named(new RegExp(part)));
    const found = [...checkMoments(sample, 0, bound / Math.sqrt(3)), ...checkRange(sample, -bound, bound, true)];
    problems.push(...found.map((problem) => `${part} ${problem}`));
  }
  const [mean, std] = [number('mean'), number('std')];
  if (mean !== undefined && std !== undefined)
    problems.push(...checkMoments(await collect(named(/weight/)), mean, std));
  return problems;
}
