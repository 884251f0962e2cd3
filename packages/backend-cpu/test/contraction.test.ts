import {
  axis,
  binary,
  type ContractionKernel,
  constant,
  type Expression,
  integer,
  load,
  reduced,
  weightedSum,
} from '@evenkeel/backend';
import { describe, expect, test } from 'vitest';
import { runKernel } from './run-kernel.ts';

const floats = (dtype: 'float32' | 'float64'): ContractionKernel['bindings'] => [
  { dtype, access: 'read' },
  { dtype, access: 'read' },
  { dtype, access: 'write' },
];
const base = { form: 'contraction', arguments: [], batch: [], m: [], n: [], k: [] } as const;
const at = (axes: readonly number[], strides: readonly number[], offset = 0): Expression =>
  weightedSum(axes.map(axis), strides, offset);

/** Small whole numbers: their products and sums are exact, so any order gives the same. */
const wholes = (count: number, seed: number): number[] =>
  Array.from({ length: count }, (_, i) => ((i * 37 + seed * 11) % 13) - 6);

describe('a contraction', () => {
  test.each(['float32', 'float64'] as const)(
    'multiplies batches of matrices, one of them transposed, in %s',
    async (dtype) => {
      const [B, M, N, K] = [2, 3, 4, 70];
      const kernel: ContractionKernel = {
        ...base,
        batch: [B],
        m: [M],
        n: [N],
        k: [K],
        bindings: floats(dtype),
        a: load(dtype, 0, at([0, 1, 3], [M * K, K, 1])),
        b: load(dtype, 1, at([0, 2, 3], [N * K, K, 1])),
        stores: [{ binding: 2, index: at([0, 1, 2], [M * N, N, 1]), value: reduced(dtype, 0) }],
      };
      const [a, b] = [wholes(B * M * K, 1), wholes(B * N * K, 2)];
      const expected: number[] = [];
      for (let i = 0; i < B; i++)
        for (let m = 0; m < M; m++)
          for (let n = 0; n < N; n++) {
            let sum = 0;
            for (let k = 0; k < K; k++) sum += a[(i * M + m) * K + k]! * b[(i * N + n) * K + k]!;
            expected.push(sum);
          }
      const [, , out] = await runKernel(kernel, [a, b, B * M * N]);
      expect(out).toEqual(expected);
    },
  );

  test('is a convolution with padding and stride where its axes are several and its loads guarded', async () => {
    const [B, C, H, W, O, R] = [2, 2, 5, 4, 3, 3];
    const [stride, padding] = [2, 1];
    const [OH, OW] = [(H + 2 * padding - R) / stride + 1, Math.floor((W + 2 * padding - R) / stride) + 1];
    // Axes: batch b; m = output channel; n = oh, ow; k = input channel, kernel row, kernel column.
    const [b, o, oh, ow, c, r, s] = [0, 1, 2, 3, 4, 5, 6];
    const y = at([oh, r], [stride, 1], -padding);
    const x = at([ow, s], [stride, 1], -padding);
    const inside = [
      binary('ge', y, integer(0)),
      binary('lt', y, integer(H)),
      binary('ge', x, integer(0)),
      binary('lt', x, integer(W)),
    ].reduce((both, test) => binary('and', both, test));
    const pixel = binary('add', at([b, c], [C * H * W, H * W]), binary('add', binary('mul', y, integer(W)), x));
    const kernel: ContractionKernel = {
      ...base,
      batch: [B],
      m: [O],
      n: [OH, OW],
      k: [C, R, R],
      bindings: floats('float64'),
      a: load('float64', 0, at([o, c, r, s], [C * R * R, R * R, R, 1])),
      b: load('float64', 1, pixel, inside),
      stores: [
        {
          binding: 2,
          index: at([b, o, oh, ow], [O * OH * OW, OH * OW, OW, 1]),
          value: binary('max', reduced('float64', 0), constant('float64', 0)),
        },
      ],
    };
    const [weight, input] = [wholes(O * C * R * R, 3), wholes(B * C * H * W, 4)];
    const expected: number[] = [];
    for (let i = 0; i < B; i++)
      for (let out = 0; out < O; out++)
        for (let row = 0; row < OH; row++)
          for (let column = 0; column < OW; column++) {
            let sum = 0;
            for (let channel = 0; channel < C; channel++)
              for (let u = 0; u < R; u++)
                for (let v = 0; v < R; v++) {
                  const [inY, inX] = [row * stride + u - padding, column * stride + v - padding];
                  if (inY < 0 || inY >= H || inX < 0 || inX >= W) continue;
                  sum +=
                    weight[((out * C + channel) * R + u) * R + v]! * input[((i * C + channel) * H + inY) * W + inX]!;
                }
            expected.push(Math.max(sum, 0));
          }
    const [, , out] = await runKernel(kernel, [weight, input, B * O * OH * OW]);
    expect(out).toEqual(expected);
  });

  test.each([2, 32, 40])('rounds products and sums in float32 separately, over %i terms', async (K) => {
    // (1 + 2^-12)^2 = 1 + 2^-11 + 2^-24; rounded alone the last bit is lost, so that subtracting the rest leaves 0.
    const kernel: ContractionKernel = {
      ...base,
      k: [K],
      bindings: floats('float32'),
      a: load('float32', 0, at([0], [1])),
      b: load('float32', 1, at([0], [1])),
      stores: [{ binding: 2, index: integer(0), value: reduced('float32', 0) }],
    };
    const zeros = new Array<number>(K - 2).fill(0);
    const a = [-(1 + 2 ** -11), 1 + 2 ** -12, ...zeros];
    const [, , out] = await runKernel(kernel, [a, [1, 1 + 2 ** -12, ...zeros], 1]);
    expect(out).toEqual([0]);
  });

  test('keeps the accuracy of blocked sums over a long inner size', async () => {
    const K = 1e5;
    const kernel: ContractionKernel = {
      ...base,
      k: [K],
      bindings: floats('float32'),
      a: load('float32', 0, at([0], [1])),
      b: load('float32', 1, integer(0)),
      stores: [{ binding: 2, index: integer(0), value: reduced('float32', 0) }],
    };
    const a = Array.from({ length: K }, (_, i) => Math.fround(1 + Math.sin(i) / 2));
    const exact = a.reduce((sum, v) => sum + v, 0);
    const [, , out] = await runKernel(kernel, [a, [1], 1]);
    expect(Math.abs(out![0]! - exact) / exact).toBeLessThan(1e-6);
  });

  test.each(['a', 'b'])('refuses an operand %s that depends on an axis it does not have', async (operand) => {
    const own = { a: 0, b: 1 };
    const other = operand === 'a' ? { ...own, a: 1 } : { ...own, b: 0 };
    const kernel = ({ a, b }: typeof own): ContractionKernel => ({
      ...base,
      m: [2],
      n: [2],
      k: [2],
      bindings: floats('float32'),
      a: load('float32', 0, at([a, 2], [2, 1])),
      b: load('float32', 1, at([b, 2], [2, 1])),
      stores: [{ binding: 2, index: at([0, 1], [2, 1]), value: reduced('float32', 0) }],
    });
    const given = [[1, 2, 3, 4], [1, 2, 3, 4], 4];
    expect((await runKernel(kernel(own), given))[2]).toEqual([5, 11, 11, 25]);
    await expect(runKernel(kernel(other), given)).rejects.toThrow('axis that it cannot have');
  });
});
