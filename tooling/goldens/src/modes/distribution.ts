import * as nn from '@evenkeel/nn-layers';
import { manualSeed, type Tensor, zeros } from '@evenkeel/tensor';
import { AttributeReader } from '../attributes.ts';
import { type GoldenCase, numberOf } from '../case.ts';
import { initializers } from '../ops/initializers.ts';
import { operations } from '../ops/index.ts';
import { bind, exported, Unsupported } from '../program/operation.ts';
import type { ModuleLike } from '../program/modules.ts';

const seed = 20240607;
const wanted = 6000;
/** How many standard errors a sample's mean and deviation may be off. */
const errors = 5;

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
  } else if (expected.has('weight_bound')) {
    problems.push(...(await checkFreshLayer(golden, attrs, number('weight_bound')!, number('bias_bound'))));
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
  if (expected.size > 0) throw new Unsupported(`the runner does not know the result ${[...expected.keys()].join(', ')}`);
  return problems;
}

/** The initializer of the case with its options, bound by PyTorch's names. */
function initializer(op: string, attrs: AttributeReader): (target: Tensor) => Tensor {
  const operation = Object.hasOwn(initializers, op) ? initializers[op] : undefined;
  if (!operation) throw new Unsupported(`${op} is not in the runner's tables`);
  const options = Object.entries(attrs.takeRest());
  return (target) => operation.run(...(bind(op, operation, [target], options) as never[])) as Tensor;
}

async function collect(draw: () => Tensor): Promise<Float64Array> {
  const first = await draw().data();
  const rounds = Math.max(1, Math.ceil(wanted / first.length));
  const sample = new Float64Array(rounds * first.length);
  sample.set(first);
  for (let round = 1; round < rounds; round++) sample.set(await draw().data(), round * first.length);
  return sample;
}

function checkMoments(sample: Float64Array, mean: number, std: number): string[] {
  const count = sample.length;
  const gotMean = sample.reduce((sum, value) => sum + value, 0) / count;
  const gotStd = Math.sqrt(sample.reduce((sum, value) => sum + (value - gotMean) ** 2, 0) / (count - 1));
  const problems: string[] = [];
  const meanError = (errors * std) / Math.sqrt(count);
  // The deviation of a normal sample's deviation; that of flatter distributions is smaller.
  const stdError = (errors * std) / Math.sqrt(2 * count);
  if (!(Math.abs(gotMean - mean) <= meanError)) problems.push(`mean: got ${gotMean}, want ${mean} ± ${meanError}`);
  if (!(Math.abs(gotStd - std) <= stdError)) problems.push(`std: got ${gotStd}, want ${std} ± ${stdError}`);
  return problems;
}

/** Nothing outside, and for a uniform distribution something near both ends. */
function checkRange(sample: Float64Array, low: number, high: number, reachesEnds: boolean): string[] {
  const [least, most] = [Math.min(...sample), Math.max(...sample)];
  const rounding = 1e-6 * Math.max(Math.abs(low), Math.abs(high));
  // A uniform sample of n comes within 10/n of its range to an end but for once in e^10 times.
  const reach = reachesEnds ? (10 * (high - low)) / sample.length : Number.POSITIVE_INFINITY;
  const fits = least >= low - rounding && most <= high + rounding && least <= low + reach && most >= high - reach;
  return fits ? [] : [`range: got [${least}, ${most}], want [${low}, ${high}]`];
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

/** A new layer's weight and bias are uniform within bounds. */
async function checkFreshLayer(golden: GoldenCase, attrs: AttributeReader, weightBound: number, biasBound: number | undefined): Promise<string[]> {
  const operation = Object.hasOwn(operations, golden.op) ? operations[golden.op] : undefined;
  if (!operation) throw new Unsupported(`${golden.op} is not in the runner's tables`);
  const values = bind(golden.op, operation, [], Object.entries(attrs.takeRest())) as never[];
  exported(nn, golden.op.replace('nn.', ''));
  const part = (name: string) => (): Tensor => {
    const found = (operation.run(...values) as ModuleLike).stateDict().get(name);
    if (!found) throw new Error(`a fresh ${golden.op} has no ${name}`);
    return found;
  };
  const check = async (name: string, bound: number): Promise<string[]> => {
    const sample = await collect(part(name));
    const problems = [...checkMoments(sample, 0, bound / Math.sqrt(3)), ...checkRange(sample, -bound, bound, true)];
    return problems.map((problem) => `${name} ${problem}`);
  };
  return [...(await check('weight', weightBound)), ...(biasBound === undefined ? [] : await check('bias', biasBound))];
}

