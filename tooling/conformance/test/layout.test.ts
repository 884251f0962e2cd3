import { cpu } from '@evenkeel/backend-cpu';
import { useBackend } from '@evenkeel/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import { drawCase } from '../src/cases/operation-cases.ts';
import { mixed } from '../src/host/draw.ts';
import { type Layout, layOut } from '../src/host/layout.ts';

beforeAll(() => useBackend(cpu()));

/** For the shape [3, 4]. */
const strides: Readonly<Record<Exclude<Layout, 'uniform'>, readonly number[]>> = {
  contiguous: [4, 1],
  transposed: [1, 3],
  stepped: [18, 2],
  reversed: [-4, -1],
  offset: [4, 1],
  expandedFirst: [0, 1],
  expandedLast: [1, 0],
};

describe.each(Object.keys(strides) as (keyof typeof strides)[])('the layout %s', (layout) => {
  const [input] = drawCase([{ shape: [3, 4], dtype: 'float32', draw: mixed, layout }], {}).inputs;

  test('is a view of that kind', () => {
    const tensor = layOut(input!, layout);
    expect(tensor.strides).toEqual(strides[layout]);
    expect(tensor.offset > 0).toBe(['stepped', 'reversed', 'offset'].includes(layout));
  });

  test('has the values that the host has', async () => {
    expect([...(await layOut(input!, layout).data())]).toEqual(input!.values);
  });
});

test('the layout uniform has no memory', () => {
  const [input] = drawCase([{ shape: [3], dtype: 'int32', draw: () => 7, layout: 'uniform' }], {}).inputs;
  expect(layOut(input!, 'uniform').uniform).toBe(7);
});
