import { type OperationName, primitives } from '@evenkeel/compiler';
import { apply, gradients, noGrad, type Tensor } from '@evenkeel/tensor';
import { casesOf, operationNames } from '../cases/index.ts';
import type { Case, CaseInput } from '../cases/operation-cases.ts';
import type { HostTensor } from '../host/host-tensor.ts';
import { type Check, expectThat, on } from './check.ts';
import {
  cotangentOf,
  differentiable,
  farFrom,
  fromHost,
  gradientsOf,
  inFloat64,
  leavesOf,
  type Numbers,
} from './differentiation.ts';

/** Half the width of a central difference. In float64 its two errors, h² and 1e-16 / h, are then both about 1e-10. */
const step = 1e-5;
const tolerance = 1e-6;

/** Cases larger than this are left to the comparison between backends. */
const mostElements = 40;
const mostElementsTwice = 16;

/** First derivatives of every primitive, and second ones of the smooth, against central differences in float64. */
export function gradientChecks(): Check[] {
  return operationNames.flatMap((name) => {
    const cases = (casesOf(name).backward?.() ?? []).filter(isPlain).map((one) => inFloat64(one));
    const first = cases.filter((one) => elements(one) <= mostElements);
    const second = primitives[name].smooth ? cases.filter((one) => elements(one) <= mostElementsTwice) : [];
    return [...first.map((one) => firstDerivative(name, one)), ...second.map((one) => secondDerivative(name, one))];
  });
}

/** How memory is walked is the other checks' concern, and where elements repeat, kinks may stand. */
const isPlain = ({ inputs }: Case<object>) =>
  inputs.every(({ layout }) => layout === 'contiguous' || layout === 'uniform');

const elements = ({ inputs }: Case<object>) => inputs.reduce((sum, { values }) => sum + values.length, 0);

function firstDerivative(name: OperationName, one: Case<object>): Check {
  const cotangent = cotangentOf(name, one);
  return {
    group: `${name} gradient`,
    name: one.name,
    operation: name,
    aspect: 'gradient',
    async run({ subject }) {
      await on(subject, async () => {
        const derived = await gradientsOf(name, one, cotangent);
        const value = (inputs: readonly CaseInput[]) =>
          noGrad(async () => dot(await apply(name, leavesOf(one, inputs), one.attributes).data(), cotangent.values));
        for (const [k, i] of differentiable(one).entries()) {
          const measured = await differences(one.inputs, i, value);
          compare(`the gradient of input ${i}`, derived[k] as Numbers, measured);
        }
      });
    },
  };
}

/** The derivative of a weighted sum of the gradients, with respect to the inputs and to the cotangent. */
function secondDerivative(name: OperationName, one: Case<object>): Check {
  const cotangent: CaseInput = { ...cotangentOf(name, one), layout: 'contiguous' };
  const chosen = differentiable(one);
  const weights = chosen.map((i) => (one.inputs[i] as CaseInput).values.map((_, at) => Math.cos(3 * at + i)));
  const all = [...one.inputs, cotangent];
  return {
    group: `${name} second derivative`,
    name: one.name,
    operation: name,
    aspect: 'second derivative',
    async run({ subject }) {
      await on(subject, async () => {
        const leaves = leavesOf(one);
        const last = fromHost(cotangent);
        last.requiresGrad = true;
        const output = apply(name, leaves, one.attributes);
        const wanted = chosen.map((i) => leaves[i] as Tensor);
        const slopes = gradients(output, wanted, { gradOutputs: [last], createGraph: true, allowUnused: true });
        const gradOutputs = weights.map((values, k) => {
          const { shape, dtype } = wanted[k] as Tensor;
          return fromHost({ shape, dtype, values });
        });
        const found = gradients(slopes, [...wanted, last], { gradOutputs, allowUnused: true });
        const value = async (inputs: readonly HostTensor[]) => {
          const given = { ...one, inputs: inputs.slice(0, -1) as CaseInput[] };
          const slope = await gradientsOf(name, given, inputs.at(-1) as HostTensor);
          return slope.reduce((sum, values, k) => sum + dot(values, weights[k] as Numbers), 0);
        };
        for (const [k, i] of [...chosen, all.length - 1].entries()) {
          const measured = await differences(all, i, value);
          const what = i === all.length - 1 ? 'the cotangent' : `input ${i}`;
          compare(`the second derivative in ${what}`, await (found[k] as Tensor).data(), measured);
        }
      });
    },
  };
}

/** Central differences of a function in each element of one of its inputs. */
async function differences<Input extends HostTensor>(
  inputs: readonly Input[],
  i: number,
  value: (inputs: readonly Input[]) => Promise<number>,
): Promise<number[]> {
  const { values } = inputs[i] as Input;
  const slopes: number[] = [];
  for (const [at, x] of values.entries()) {
    const shifted = (by: number) => value(inputs.with(i, { ...(inputs[i] as Input), values: values.with(at, x + by) }));
    slopes.push(((await shifted(step)) - (await shifted(-step))) / (2 * step));
  }
  return slopes;
}

function compare(what: string, derived: Numbers, measured: Numbers): void {
  const problem = farFrom(derived, measured, tolerance, tolerance);
  expectThat(problem === undefined, () => `${what}: ${problem} as measured`);
}

function dot(a: Numbers, b: Numbers): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
