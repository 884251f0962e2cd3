import type { DType } from '@evenkeel/backend';
import { isFloat } from '@evenkeel/backend';
import { type OperationName, type Primitive, primitives } from '@evenkeel/compiler';
import { apply } from '@evenkeel/tensor';
import { casesOf, operationNames } from '../cases/index.ts';
import type { Case } from '../cases/operation-cases.ts';
import { difference, expectedWhereFlushed, flushed } from '../host/accuracy.ts';
import { store } from '../host/host-tensor.ts';
import { layOut } from '../host/layout.ts';
import { type Check, expectThat, on } from './check.ts';

/** Every primitive on every dtype that it takes and the backend has, against what it computes by definition. */
export function forwardChecks(dtypes: readonly DType[]): Check[] {
  return operationNames.flatMap((name) => {
    const { dtypes: taken, forward } = casesOf(name);
    return taken
      .filter((dtype) => dtypes.includes(dtype))
      .flatMap((dtype) => forward(dtype))
      .filter((one) => givenDTypes(one).every((dtype) => dtypes.includes(dtype)))
      .map((one) => forwardCheck(name, one));
  });
}

function forwardCheck(name: OperationName, one: Case<object>): Check {
  const { accuracy, reference } = casesOf(name);
  const { inputs, attributes, numbers = [] } = one;
  return {
    group: `${name} forward`,
    name: one.name,
    operation: name,
    aspect: 'forward',
    async run({ subject }) {
      const output = (primitives[name] as unknown as Primitive<object>).infer(inputs, attributes);
      const got = await on(subject, async () => {
        const result = apply(
          name,
          inputs.map((input) => layOut(input, input.layout)),
          attributes,
          () => numbers,
        );
        expectThat(result.dtype === output.dtype, () => `the result is ${result.dtype}, not ${output.dtype}`);
        return result.data();
      });
      const expected = reference(inputs, attributes, output, numbers);
      const stored = (values: readonly number[]): readonly number[] =>
        isFloat(output.dtype) ? values : values.map((value) => store(output.dtype, value));
      const of = (change: (value: number) => number): readonly number[] => {
        const changed = inputs.map((input) => ({ ...input, values: input.values.map(change) }));
        return reference(changed, attributes, output, numbers);
      };
      let sizes: readonly number[] | undefined;
      const magnitudes = () => {
        sizes ??= of(Math.abs);
        return sizes;
      };
      const right =
        subject.limits.subnormals === 'flushed'
          ? expectedWhereFlushed(output.dtype, accuracy, got, stored(expected), stored(of(flushed)), magnitudes)
          : stored(expected);
      const problem = difference(output.dtype, accuracy, got, right, magnitudes);
      expectThat(problem === undefined, () => problem as string);
    },
  };
}

/** The dtypes that a case is told to use, besides those of its inputs: a cast's target. */
function givenDTypes({ inputs, attributes }: Case<object>): DType[] {
  const own = 'dtype' in attributes ? [attributes.dtype as DType] : [];
  return [...own, ...inputs.map((input) => input.dtype)];
}
