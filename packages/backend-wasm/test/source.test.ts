import {
  axis,
  type ContractionKernel,
  constant,
  type Kernel,
  type LoopKernel,
  load,
  type RoutineKernel,
  reduced,
  unary,
  weightedSum,
} from '@evenkeel/backend';
import { expect, test } from 'vitest';
import { wasm } from '../src/index.ts';
import { instructions } from '../src/source/instructions.ts';
import { attentionKernel, gradientKernel } from './attention-kernels.ts';

const read = { dtype: 'float32', access: 'read' } as const;
const write = { dtype: 'float32', access: 'write' } as const;

const roots: LoopKernel = {
  form: 'loop',
  outer: [6],
  inner: [],
  bindings: [read, write],
  arguments: ['float32'],
  reductions: [],
  stores: [{ binding: 1, index: axis(0), value: unary('sqrt', load('float32', 0, axis(0))) }],
  elementStores: [],
};

const functions = ['exp', 'log', 'sin', 'tanh', 'erf', 'round'] as const;

const at = weightedSum([axis(0), axis(1)], [300, 1]);
const rows: LoopKernel = {
  form: 'loop',
  outer: [40],
  inner: [300],
  bindings: [read, write],
  arguments: [],
  reductions: [
    { fn: 'max', value: load('float32', 0, at) },
    { fn: 'sum', value: functions.reduce((value, fn) => unary(fn, value), load('float32', 0, at)) },
  ],
  stores: [],
  elementStores: [{ binding: 1, index: at, value: reduced('float32', 1) }],
};

const product: ContractionKernel = {
  form: 'contraction',
  batch: [2],
  m: [70],
  n: [90],
  k: [300],
  bindings: [read, read, write],
  arguments: [],
  a: load('float32', 0, weightedSum([axis(0), axis(1), axis(3)], [21000, 300, 1])),
  b: load('float32', 1, weightedSum([axis(0), axis(2), axis(3)], [27000, 300, 1])),
  stores: [
    { binding: 2, index: weightedSum([axis(0), axis(1), axis(2)], [6300, 90, 1]), value: reduced('float32', 0) },
  ],
};

const line = { outer: 3, length: 50, inner: 2, arguments: [] };
const value = load('float32', 0, weightedSum([axis(0), axis(1), axis(2)], [100, 2, 1]));
const index = constant('int32', 4);
const routines: RoutineKernel[] = [
  { form: 'routine', routine: 'scatterAdd', ...line, bindings: [read, write], size: 7, index, value, output: 1 },
  { form: 'routine', routine: 'scan', ...line, bindings: [read, write], fn: 'sum', reverse: true, value, output: 1 },
  {
    form: 'routine',
    routine: 'rank',
    ...line,
    bindings: [read, { dtype: 'int32', access: 'write' }],
    descending: true,
    value,
    output: 1,
  },
  attentionKernel({ rows: 50, causal: true, seen: 'full' }).kernel,
  gradientKernel({ rows: 50, factor: 'given' }).kernel,
];

test('the code of a kernel can be read', async () => {
  const text = await wasm({ relaxed: false }).source(roots);
  await expect(`${text}\n`).toMatchFileSnapshot('snapshots/roots.txt');
});

test.each<[Kernel, string]>([
  [rows, 'loop'],
  [product, 'contraction'],
  ...routines.map((kernel): [Kernel, string] => [kernel, kernel.routine]),
])('every instruction of a kernel has a name and what it takes: %#, a %s', async (kernel) => {
  for (const backend of [wasm(), wasm({ relaxed: false }), wasm({ threads: 2 })]) {
    const text = await backend.source(kernel);
    backend.dispose();
    expect(text).not.toMatch(/undefined|NaN/);
    // Whatever is opened is closed: the last line of a function stands where its first does.
    expect(text.split('\n').filter((row) => row.startsWith('f0('))).toHaveLength(1);
    for (const row of text.split('\n')) {
      expect([...row].filter((c) => c === '(').length, row).toBe([...row].filter((c) => c === ')').length);
    }
  }
});

test('the assembler tells what its instructions take', () => {
  expect(instructions.get(0x6a)).toMatchObject({ name: 'i32.add', operands: 2, isValue: true, immediates: 'none' });
  expect(instructions.get(0x1000 + 91)).toMatchObject({ operands: 2, isValue: false, immediates: 'address and lane' });
  expect(instructions.get(0x1000 + 0x105)).toMatchObject({ name: 'f32x4.relaxedMadd', operands: 3 });
  expect([...instructions.values()].filter(({ immediates }) => immediates === undefined)).toEqual([]);
});
