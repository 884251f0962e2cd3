import {
  argument,
  axis,
  binary,
  type ContractionKernel,
  cast,
  constant,
  type LoopKernel,
  load,
  reduced,
  unary,
  weightedSum,
} from '@evenkeel/backend';
import { expect, test } from 'vitest';
import { compileKernel } from '../src/kernels/compile-kernel.ts';
import type { Profile } from '../src/kernels/profile.ts';
import { loop } from './kernels.ts';

const alone = { sharedMemory: false };
const together = { sharedMemory: true };
const inStep = { sharedMemory: true, subgroups: true };

const reads = (count: number) => Array.from({ length: count }, () => ({ dtype: 'float32', access: 'read' }) as const);
const write = { dtype: 'float32', access: 'write' } as const;

/** The first stage's entry, without the declarations before it. */
function entry(kernel: LoopKernel | ContractionKernel, profile: Profile, stage = 0): string {
  const { stages } = compileKernel(kernel, profile);
  const text = (stages[stage] as (typeof stages)[number]).source(new Array(kernel.bindings.length + 1).fill([0]));
  return text.slice(text.indexOf('let group ='));
}

test('an element is one invocation: arguments and bases are words of the parameters', () => {
  const x = load('float32', 0, weightedSum([axis(1), axis(0)], [3, 1]));
  const kernel = loop({
    bindings: [...reads(1), write],
    arguments: ['float32'],
    outer: [3, 5],
    stores: [
      {
        binding: 1,
        index: weightedSum([axis(0), axis(1)], [5, 1]),
        value: binary('mul', unary('sqrt', x), argument('float32', 0)),
      },
    ],
  });
  expect(entry(kernel, alone)).toMatchInlineSnapshot(`
    "let group = place.x + groups.x * (place.y + groups.y * place.z);
      let index = group * 64u + lane;
      if (index >= 15u) {
        return;
      }
      let rest0 = index / 5u;
      let axis1 = i32(index - rest0 * 5u);
      let axis0 = i32(rest0);
      let t1 = (axis0 * 5i) + axis1;
      let base0 = parameters[0].x;
      let t2 = sqrt((bitcast<f32>(memory0[base0 + u32(((axis1 * 3i) + axis0))])));
      let argument0 = bitcast<f32>(parameters[0].z);
      let t3 = t2 * argument0;
      let base1 = parameters[0].y;
      memory0[base1 + u32(t1)] = bitcast<u32>(t3);
    }
    "
  `);
});

test('what a row has in common is computed before its elements', () => {
  const x = load('float32', 0, weightedSum([axis(0), axis(1)], [7, 1]));
  const mean = binary('mul', reduced('float32', 0), constant('float32', 0.25));
  const kernel = loop({
    bindings: [...reads(1), write],
    outer: [4],
    inner: [7],
    reductions: [{ fn: 'sum', value: x }],
    elementStores: [{ binding: 1, index: weightedSum([axis(0), axis(1)], [7, 1]), value: binary('sub', x, mean) }],
  });
  expect(entry(kernel, alone)).toMatchInlineSnapshot(`
    "let group = place.x + groups.x * (place.y + groups.y * place.z);
      let slot = lane;
      let member = 0u;
      let column = group * 4u + slot;
      let axis0 = i32(column);
      var sum0 = 0.0f;
      let t2 = axis0 * 7i;
      let base0 = parameters[0].x;
      for (var at1 = member; at1 < 7u; at1 += 1u) {
        let axis1 = i32(at1);
        let t3 = bitcast<f32>(memory0[base0 + u32((t2 + axis1))]);
        sum0 = sum0 + t3;
      }
      let t5 = axis0 * 7i;
      let t8 = sum0 * 0.25f;
      let base1 = parameters[0].y;
      {
        for (var at4 = member; at4 < 7u; at4 += 1u) {
          let axis1 = i32(at4);
          let t6 = t5 + axis1;
          let t7 = bitcast<f32>(memory0[base0 + u32((t2 + axis1))]);
          let t9 = t7 - t8;
          memory0[base1 + u32(t6)] = bitcast<u32>(t9);
        }
      }
    }
    "
  `);
});

test('lanes put together what they have through shared memory, where that is fast', () => {
  const x = load('float32', 0, weightedSum([axis(0), axis(1)], [512, 1]));
  const kernel = loop({
    bindings: [...reads(1), write],
    outer: [1000],
    inner: [512],
    reductions: [{ fn: 'max', value: x }],
    stores: [{ binding: 1, index: axis(0), value: reduced('float32', 0) }],
  });
  expect(entry(kernel, together)).toContain('workgroupBarrier();');
  expect(entry(kernel, together)).toContain('shared0[lane] = larger(shared0[lane], shared0[lane + step');
  expect(entry(kernel, alone)).not.toContain('workgroupBarrier');
});

test('invocations that run in step ask each other before shared memory, where those of a team lie side by side', () => {
  const maxima = (along: number, across: number) =>
    loop({
      bindings: [...reads(1), write],
      outer: [1000],
      inner: [512],
      reductions: [{ fn: 'max', value: load('float32', 0, weightedSum([axis(0), axis(1)], [across, along])) }],
      stores: [{ binding: 1, index: axis(0), value: reduced('float32', 0) }],
    });
  const rows = maxima(1, 512);
  expect(entry(rows, inStep)).toContain('sum0 = larger(sum0, bitcast<f32>(subgroupShuffleXor(bitcast<u32>(sum0), step');
  // One barrier, where there is one for each halving without.
  expect(entry(rows, inStep).match(/workgroupBarrier/g)).toHaveLength(1);
  expect(compileKernel(rows, inStep).stages[0]?.source([[0], [0], [0]])).toMatch(/^enable subgroups;/);
  expect(entry(maxima(1000, 1), inStep)).toBe(entry(maxima(1000, 1), together));
  expect(entry(rows, { ...alone, subgroups: true })).toBe(entry(rows, alone));
});

test('a full reduction is cut in parts, whose results a second stage puts together', () => {
  const kernel = loop({
    bindings: [...reads(1), write],
    inner: [1_000_000],
    reductions: [{ fn: 'sum', value: load('float32', 0, axis(0)) }],
    stores: [{ binding: 1, index: weightedSum([], []), value: reduced('float32', 0) }],
  });
  const { stages, workspaceWords } = compileKernel(kernel, alone);
  expect(stages).toHaveLength(2);
  expect(workspaceWords).toBeGreaterThan(8);
  expect(entry(kernel, alone, 1)).toMatch(/for \(var part = 0u; part < \d+u; part\+\+\)/);
});

test('more than 65,535 workgroups are folded into further dimensions, and the spare ones return', () => {
  const kernel = loop({
    bindings: [write],
    outer: [64 * 65_536 * 3],
    stores: [{ binding: 0, index: axis(0), value: constant('float32', 1) }],
  });
  const [stage] = compileKernel(kernel, alone).stages;
  expect(stage?.grid).toEqual([49_152, 4, 1]);
  expect(stage?.grid.reduce((a, b) => a * b)).toBeGreaterThanOrEqual(65_536 * 3);
});

test('a product takes tiles through shared memory, blocks in registers, or each sum by itself', () => {
  const product = (m: number, n: number, k: number): ContractionKernel => ({
    form: 'contraction',
    batch: [],
    m: [m],
    n: [n],
    k: [k],
    bindings: [...reads(2), write],
    arguments: [],
    a: load('float32', 0, weightedSum([axis(0), axis(2)], [k, 1])),
    b: load('float32', 1, weightedSum([axis(2), axis(1)], [n, 1])),
    stores: [{ binding: 2, index: weightedSum([axis(0), axis(1)], [n, 1]), value: reduced('float32', 0) }],
  });
  expect(entry(product(512, 512, 512), together)).toContain('workgroupBarrier();');
  expect(entry(product(512, 512, 512), alone)).toContain('total7_7 += ');
  expect(entry(product(16, 16, 16), together)).toContain('total1_1 += ');
  expect(entry(product(1, 512, 512), together)).not.toContain('total1_');
  expect(compileKernel(product(32, 32, 65_536), together).stages).toHaveLength(2);
});

test('numbers that a shader cannot be given are made from their bits', () => {
  const kernel = loop({
    bindings: [write],
    outer: [4],
    stores: [
      {
        binding: 0,
        index: axis(0),
        value: binary('add', constant('float32', Number.POSITIVE_INFINITY), constant('float32', 2 ** -149)),
      },
    ],
  });
  expect(entry(kernel, alone)).toContain('float_of_bits(0x7f800000u)');
  expect(entry(kernel, alone)).toContain('float_of_bits(0x1u)');
});

test('no variable is named as a type, however many there are', () => {
  const x = load('float32', 0, axis(1));
  const kernel = loop({
    bindings: [...reads(1), write],
    outer: [1000],
    inner: [20],
    // Each of the passes has loops and sums of its own.
    reductions: Array.from({ length: 20 }, (_, r) => ({
      fn: 'max' as const,
      value: r === 0 ? x : binary('sub', x, reduced('float32', r - 1)),
    })),
    stores: [{ binding: 1, index: axis(0), value: reduced('float32', 19) }],
  });
  const names = [...entry(kernel, alone).matchAll(/(?:var|let) (\w+)/g)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(64);
  expect(names.filter((name) => /^[iuf](32|16)$/.test(name as string))).toEqual([]);
  expect(new Set(names).size).toBeGreaterThan(64);
});

test('float64 is refused by name', () => {
  const kernel = loop({
    bindings: [{ dtype: 'float64', access: 'write' }],
    outer: [4],
    stores: [{ binding: 0, index: axis(0), value: constant('float64', 1) }],
  });
  expect(() => compileKernel(kernel, alone)).toThrow(/no float64/);
});

test('what only reads float16 unpacks words; what writes it sees memory as halves, and words as two of them', () => {
  const halves = { dtype: 'float16', access: 'read' } as const;
  const x = cast('float32', load('float16', 0, axis(0)));
  const store = (dtype: 'float16' | 'float32') => ({
    binding: 2,
    index: axis(0),
    value: cast(dtype, binary('add', x, load('float32', 1, axis(0)))),
  });
  const sourceOf = (dtype: 'float16' | 'float32') => {
    const bindings = [halves, ...reads(1), { dtype, access: 'write' } as const];
    const kernel = loop({ bindings, outer: [5], stores: [store(dtype)] });
    return compileKernel(kernel, alone).stages[0]?.source([[0], [0], [0], [0]]) as string;
  };
  const reading = sourceOf('float32');
  expect(reading).toContain('memory0: array<u32>');
  expect(reading).toContain('unpack2x16float(memory0[(base0 + u32(axis0)) >> 1u])[(base0 + u32(axis0)) & 1u]');
  expect(reading).not.toContain('enable f16');
  const writing = sourceOf('float16');
  expect(writing).toMatch(/^enable f16;\n/);
  expect(writing).toContain('memory0: array<f16>');
  expect(writing).toContain('f32(memory0[base0 + u32(axis0)])');
  expect(writing).toContain('bitcast<f32>(bitcast<u32>(vec2<f16>(memory0[2u * (base1');
  expect(writing).toMatch(/memory0\[base2 \+ u32\(.*\)\] = f16\(.*\);/);
  // Across two memories each finds its own.
  const kernel = loop({
    bindings: [halves, ...reads(1), { dtype: 'float16', access: 'write' }],
    outer: [5],
    stores: [store('float16')],
  });
  const across = compileKernel(kernel, alone).stages[0]?.source([[0, 1], [0, 1], [0, 1], [0]]) as string;
  expect(across).toContain('if (at < arrayLength(&memory0) / 2u) {');
  expect(across).toContain(
    'fn write_f16_0_1(address: u32, word: f16) {\n  var at = address;\n  if (at < arrayLength(&memory0)) {',
  );
});
