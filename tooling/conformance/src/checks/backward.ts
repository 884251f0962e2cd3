import { isFloat } from '@evenkeel/backend';
import type { OperationName } from '@evenkeel/compiler';
import { apply } from '@evenkeel/tensor';
import { casesOf, operationNames } from '../cases/index.ts';
import type { Case, Convention } from '../cases/operation-cases.ts';
import type { HostTensor } from '../host/host-tensor.ts';
import { layOut } from '../host/layout.ts';
import { type Check, expectThat, on } from './check.ts';
import { cotangentOf, differentiable, farFrom, gradientsOf, inFloat64, type Numbers } from './differentiation.ts';

/**
 * A gradient is a handful of float32 operations: so far it may be from the oracle's float64, relative to each element and to
 * the largest one (where an element is what is left of a difference).
 */
const [relative, absolute] = [2e-5, 2e-6];

/** Every gradient in float32 against the oracle's in float64; and where none is defined, that nothing flows. */
export function backwardChecks(): Check[] {
  return operationNames.flatMap((name) => {
    const { backward, conventions = [], forward, dtypes } = casesOf(name);
    if (!backward)
      return forward(dtypes[0] ?? 'float32')
        .slice(0, 5)
        .map((one) => nothingFlows(name, one));
    return [
      ...backward().map((one) => backwardCheck(name, one)),
      ...conventions.map((one) => conventionCheck(name, one)),
    ];
  });
}

const described = (name: OperationName, one: Case<object>) =>
  ({ group: `${name} backward`, name: one.name, operation: name, aspect: 'backward' }) as const;

function backwardCheck(name: OperationName, one: Case<object>): Check {
  return {
    ...described(name, one),
    async run({ subject, oracle }) {
      const got = await on(subject, () => gradientsOf(name, one, cotangentOf(name, one)));
      const wide = inFloat64(one);
      const expected = await on(oracle, () => gradientsOf(name, wide, cotangentOf(name, wide)));
      compare(one, got, expected);
    },
  };
}

function conventionCheck(name: OperationName, one: Convention<object>): Check {
  return {
    ...described(name, one),
    async run({ subject }) {
      const cotangent = cotangentOf(name, one);
      const ones: HostTensor = { ...cotangent, values: cotangent.values.map(() => 1) };
      const got = await on(subject, () => gradientsOf(name, one, ones));
      const chosen = one.gradients.flatMap((gradient, i) => (gradient ? [[got[i] as Numbers, gradient] as const] : []));
      compare(
        one,
        chosen.map(([mine]) => mine),
        chosen.map(([, right]) => right),
      );
    },
  };
}

function nothingFlows(name: OperationName, one: Case<object>): Check {
  return {
    ...described(name, one),
    async run({ subject }) {
      await on(subject, async () => {
        const inputs = one.inputs.map((input) => layOut(input, input.layout).detach());
        for (const input of inputs) input.requiresGrad = isFloat(input.dtype);
        const { requiresGrad } = apply(name, inputs, one.attributes, () => one.numbers ?? []);
        expectThat(!requiresGrad, () => 'the result requires a gradient, although none is defined');
      });
    },
  };
}

function compare(one: Case<object>, got: readonly Numbers[], expected: readonly Numbers[]): void {
  for (const [i, right] of expected.entries()) {
    const problem = farFrom(got[i] as Numbers, right, relative, absolute);
    expectThat(problem === undefined, () => `the gradient of input ${differentiable(one)[i]}: ${problem}`);
  }
}
