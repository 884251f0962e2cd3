import { describe, expect, test } from 'vitest';
import { limits, memory, number, printed } from './operands.ts';

describe('a pointwise operation', () => {
  test('is one loop over one axis where all are contiguous, whatever the shape', () => {
    expect(printed('add', [memory([4, 5, 6]), memory([4, 5, 6])], {})).toMatchInlineSnapshot(`
      "loop [120] in0:float32 in1:float32 out2:float32
        out2[a0] = (in0[a0] + in1[a0])"
    `);
  });

  test('keeps the axes in which its inputs walk differently', () => {
    expect(printed('mul', [memory([4, 5]), memory([4, 5], 'float32', [0, 1])], {})).toMatchInlineSnapshot(`
      "loop [4,5] in0:float32 in1:float32 out2:float32
        out2[((a0 * 5) + a1)] = (in0[((a0 * 5) + a1)] * in1[a1])"
    `);
  });

  test('takes a number as an argument, which is no part of the kernel', () => {
    expect(printed('maximum', [memory([7]), number([7])], {})).toMatchInlineSnapshot(`
      "loop [7] in0:float32 out1:float32 $0:float32
        out1[a0] = max(in0[a0], $0)"
    `);
  });

  test('begins at the lowest element of a view that is walked backwards', () => {
    expect(printed('copy', [memory([4, 3], 'float32', [-3, -1])], {})).toMatchInlineSnapshot(`
      "loop [12] in0:float32 out1:float32
        out1[a0] = in0[(11 + (a0 * -1))]"
    `);
  });

  test('compares into a bool', () => {
    expect(printed('lt', [memory([3], 'int32'), memory([3], 'int32')], {})).toMatchInlineSnapshot(`
      "loop [3] in0:int32 in1:int32 out2:bool
        out2[a0] = (in0[a0] < in1[a0])"
    `);
  });
});

describe('a source', () => {
  test('is a value of the position', () => {
    expect(printed('iota', [], { shape: [3, 5], dim: 1 })).toMatchInlineSnapshot(`
      "loop [3,5] out0:int32
        out0[((a0 * 5) + a1)] = a1"
    `);
  });

  test('draws the word of a stream that has its own number, from the seed and the place in the stream', () => {
    expect(printed('uniform', [], { shape: [3, 5], dtype: 'float32' })).toMatchInlineSnapshot(`
      "loop [15] out0:float32 $0:uint32 $1:uint32 $2:uint32 $3:uint32
        out0[a0] = (float32((random(a0, $0) >> 8:uint32)) * 5.960464477539063e-8:float32)"
    `);
  });
});

describe('a reduction', () => {
  test('over rows folds one inner axis', () => {
    expect(printed('sum', [memory([4, 5])], { dims: [1] })).toMatchInlineSnapshot(`
      "loop [4] over [5] in0:float32 out1:float32
        r0:float32 = sum in0[((a0 * 5) + a1)]
        out1[a0] = r0"
    `);
  });

  test('over the outer and the last dimension keeps the middle', () => {
    expect(printed('amax', [memory([2, 3, 4])], { dims: [0, 2] })).toMatchInlineSnapshot(`
      "loop [3] over [2,4] in0:float32 out1:float32
        r0:float32 = max in0[(((a0 * 4) + (a1 * 12)) + a2)]
        out1[a0] = r0"
    `);
  });

  test('to a position finds the extreme first, then the first place that has it', () => {
    expect(printed('argmax', [memory([6])], { dims: [0] })).toMatchInlineSnapshot(`
      "loop [] over [6] in0:float32 out1:int32
        t0:float32 = in0[a0]
        r0:float32 = max t0
        r1:int32 = min (((t0 == r0) | (t0 != t0)) ? a0 : 2147483647)
        out1[0] = r1"
    `);
  });
});

test('padding reads under a guard', () => {
  expect(printed('pad', [memory([5])], { before: [2], after: [1], interior: [1] })).toMatchInlineSnapshot(`
    "loop [12] in0:float32 out1:float32
      t0:int32 = (a0 - 2)
      out1[a0] = in0[(t0 / 2)] if (((t0 >= 0) & (t0 < 9)) & ((t0 % 2) == 0))"
  `);
});

test('a matrix product walks both factors as they lie and joins the batch', () => {
  const transposed = memory([2, 3, 7, 5], 'float32', [105, 35, 1, 7]);
  expect(printed('matmul', [memory([2, 3, 4, 7]), transposed], {})).toMatchInlineSnapshot(`
    "contraction [6] m[4] n[5] k[7] in0:float32 in1:float32 out2:float32
      r0:float32 = sum in0[(((a0 * 28) + (a1 * 7)) + a3)] * in1[(((a0 * 35) + (a2 * 7)) + a3)]
      out2[(((a0 * 20) + (a1 * 5)) + a2)] = r0"
  `);
});

test('a gather holds its positions within the dimension', () => {
  expect(printed('gather', [memory([6, 5]), memory([2, 5], 'int32')], { dim: 0 })).toMatchInlineSnapshot(`
    "loop [2,5] in0:int32 in1:float32 out2:float32
      out2[((a0 * 5) + a1)] = in1[((bounded(in0[((a0 * 5) + a1)], 6) * 5) + a1)]"
  `);
});

describe('scatterAdd', () => {
  const operands = [memory([4, 2, 3]), memory([4, 2, 3], 'int32', [6, 3, 0])];

  test('is a routine where the backend has it', () => {
    expect(printed('scatterAdd', operands, { dim: 1, size: 5 })).toMatchInlineSnapshot(`
      "scatterAdd [4, 2, 3] into 5 in0:float32 in1:int32 out2:float32
        out2[a0, in1[((a0 * 6) + (a1 * 3))], a2] += in0[(((a0 * 6) + (a1 * 3)) + a2)]"
    `);
  });

  test('is a loop over destinations where it does not', () => {
    const without = { ...limits, routines: [] };
    expect(printed('scatterAdd', operands, { dim: 1, size: 5 }, without)).toMatchInlineSnapshot(`
      "loop [4,5,3] over [2] in0:int32 in1:float32 out2:float32
        t0:int32 = in0[((a0 * 6) + (a3 * 3))]
        r0:float32 = sum (((bounded(t0, 5) >= 0) & (t0 == a1)) ? in1[(((a0 * 6) + a2) + (a3 * 3))] : 0:float32)
        out2[(((a0 * 15) + (a1 * 3)) + a2)] = r0"
    `);
  });

  test('takes apart what does not join in memory by quotient and remainder', () => {
    const turned = memory([2, 3, 4], 'float32', [1, 2, 6]);
    expect(printed('scatterAdd', [turned, memory([2, 3, 4], 'int32')], { dim: 2, size: 5 })).toMatchInlineSnapshot(`
      "scatterAdd [6, 4, 1] into 5 in0:float32 in1:int32 out2:float32
        out2[a0, in1[((a0 * 4) + a1)], a2] += in0[(((a0 / 3) + ((a0 % 3) * 2)) + (a1 * 6))]"
    `);
  });
});

test('a concatenation copies each part to its place', () => {
  expect(printed('concat', [memory([2, 3]), number([2, 1]), memory([2, 2])], { dim: 1 })).toMatchInlineSnapshot(`
    "loop [2,3] in0:float32 out1:float32
      out1[((a0 * 6) + a1)] = in0[((a0 * 3) + a1)]
    loop [2] out0:float32 $0:float32
      out0[(3 + (a0 * 6))] = $0
    loop [2,2] in0:float32 out1:float32
      out1[((4 + (a0 * 6)) + a1)] = in0[((a0 * 2) + a1)]"
  `);
});
