/** Every way to cut a contraction, those of the tables and those that tuning tries, against sums in float64. */
import {
  axis,
  binary,
  type ContractionKernel,
  constant,
  type DeviceBuffer,
  load,
  programOf,
  reduced,
  weightedSum,
} from '@evenkeel/backend';
import { expect, test } from 'vitest';
import { chooseVariant } from '../src/kernels/choose-variant.ts';
import type { Variant } from '../src/kernels/variant.ts';
import { requestDevice } from '../src/runtime/request-device.ts';
import { WebgpuBackend } from '../src/runtime/webgpu-backend.ts';
import { candidatesFor, textOf } from '../src/tuning/candidates.ts';
import { gpu, hasNoGpu } from './gpu.ts';

interface Shape {
  readonly name: string;
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Whether the terms of a lie along its rows in memory, and the columns of b along its rows, as written. */
  readonly isTransposed: readonly [boolean, boolean];
}

const plain = [false, false] as const;
const shapes: readonly Shape[] = [
  { name: 'primes', batch: 1, m: 67, n: 61, k: 71, isTransposed: plain },
  { name: 'batched, just over a tile', batch: 2, m: 131, n: 65, k: 33, isTransposed: [false, true] },
  { name: 'both transposed', batch: 3, m: 45, n: 47, k: 43, isTransposed: [true, true] },
  { name: 'long sums, few results', batch: 1, m: 17, n: 9, k: 2111, isTransposed: [true, false] },
];

function contraction({ batch, m, n, k, isTransposed: [a, b] }: Shape, more = 0): ContractionKernel {
  const read = { dtype: 'float32', access: 'read' } as const;
  const of = (axes: readonly number[], strides: readonly number[]) => weightedSum(axes.map(axis), strides);
  return {
    form: 'contraction',
    batch: [batch],
    m: [m],
    n: [n],
    k: [k],
    bindings: [read, read, { dtype: 'float32', access: 'write' }],
    arguments: [],
    a: load('float32', 0, of([0, 1, 3], a ? [m * k, 1, m] : [m * k, k, 1])),
    b: load('float32', 1, of([0, 3, 2], b ? [n * k, 1, k] : [n * k, n, 1])),
    stores: [
      {
        binding: 2,
        index: of([0, 1, 2], [m * n, n, 1]),
        value: binary('add', reduced('float32', 0), constant('float32', more)),
      },
    ],
  };
}

/** Small whole numbers, of which every sum is exact whatever its order. */
function numbers(length: number, seed: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length }, (_, i) => ((i * 7919 + seed) % 13) - 6);
}

function expected({ batch, m, n, k, isTransposed: [a, b] }: Shape, x: Float32Array, y: Float32Array): Float32Array {
  const out = new Float32Array(batch * m * n);
  for (let g = 0; g < batch; g++) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let t = 0; t < k; t++) {
          const left = x[g * m * k + (a ? t * m + i : i * k + t)] as number;
          sum += left * (y[g * n * k + (b ? j * k + t : t * n + j)] as number);
        }
        out[(g * m + i) * n + j] = sum;
      }
    }
  }
  return out;
}

const float32 = {
  precision: 'full',
  arithmetic: 'separate',
  subnormals: 'kept',
  division: 'exact',
  squareRoot: 'exact',
  nan: 'kept',
} as const;

for (const sharedMemory of [false, true]) {
  const place = sharedMemory ? 'a card' : 'a GPU in software';
  // A GPU in software takes a second to make a shader with tiles: two shapes have both layouts of both factors.
  test.skipIf(hasNoGpu).for(sharedMemory ? ([shapes[1], shapes[3]] as Shape[]) : shapes)(
    `what may be chosen on ${place} computes $name`,
    async (shape) => {
      const { batch, m, n, k } = shape;
      const all = candidatesFor(contraction(shape), { sharedMemory });
      // On a card only tiles are others than without; one of each size will do.
      const tiles = new Map(
        all.flatMap((one) => (one.kind === 'shared' ? [[textOf({ ...one, splits: 0 }), one]] : [])),
      );
      const variants = sharedMemory ? [...tiles.values()] : all;
      expect(variants.length).toBeGreaterThan(5);
      const asked = new Map<ContractionKernel, Variant>();
      const profile = { sharedMemory, tuned: (kernel: ContractionKernel) => asked.get(kernel) };
      const backend = new WebgpuBackend(
        await requestDevice({ gpu }),
        { float32, float16: 'absent', subgroups: 0 },
        {},
        profile,
      );
      const given = [numbers(batch * m * k, 1), numbers(batch * n * k, 5)] as const;
      const right = expected(shape, ...given);
      const buffers = [...given, right].map(({ byteLength }) => ({
        buffer: backend.allocate(byteLength),
        offset: 0,
        length: byteLength,
      }));
      const [a, b, out] = buffers.map(({ buffer }) => buffer) as DeviceBuffer[] as [
        DeviceBuffer,
        DeviceBuffer,
        DeviceBuffer,
      ];
      backend.write(a, given[0]);
      backend.write(b, given[1]);
      for (const [number, variant] of variants.entries()) {
        // Each variant's results are larger by one, so that none are left over from another, nor any shader.
        const kernel = contraction(shape, number);
        asked.set(kernel, variant);
        backend.run(await backend.prepare(programOf(kernel)), { buffers, arguments: [] });
        const got = new Float32Array((await backend.read(out)).buffer);
        expect(got, textOf(variant)).toEqual(right.map((sum) => sum + number));
      }
      backend.dispose();
    },
  );
}

test('on a card tiles are as large as leaves enough workgroups and few results beyond the ends', () => {
  const variantOf = (batch: number, m: number, n: number, k: number): Variant =>
    chooseVariant(contraction({ name: '', batch, m, n, k, isTransposed: plain }), { sharedMemory: true });
  const tile = (size: number, splits = 1) => ({ kind: 'shared', rows: size, columns: size, splits });
  expect(variantOf(1, 4096, 4096, 4096)).toMatchObject(tile(128));
  expect(variantOf(1, 1024, 1024, 1024)).toMatchObject(tile(64));
  expect(variantOf(1, 256, 256, 256)).toMatchObject(tile(32));
  // Half of each tile of 64 columns would lie beyond the end.
  expect(variantOf(64, 64, 64, 32)).toMatchObject(tile(64));
  expect(variantOf(64, 64, 32, 64)).toMatchObject(tile(32));
  expect(variantOf(1, 32, 32, 65_536)).toMatchObject(tile(32, 64));
  expect(variantOf(1, 128, 10, 512)).toMatchObject({ kind: 'registers' });
  expect(variantOf(1, 1, 4096, 4096)).toEqual({ kind: 'sums' });
});

test('what is tried has tiles of several sizes where memory is shared, and none where it is not', () => {
  const kernel = contraction({ name: '', batch: 1, m: 512, n: 512, k: 512, isTransposed: plain });
  const tiles = (sharedMemory: boolean): number =>
    candidatesFor(kernel, { sharedMemory }).filter(({ kind }) => kind === 'shared').length;
  expect(tiles(true)).toBeGreaterThan(5);
  expect(tiles(false)).toBe(0);
});

test('nothing is tried where a contraction takes as long as its dispatch, or where each sum goes by itself anyway', () => {
  const small = contraction({ name: '', batch: 1, m: 32, n: 32, k: 32, isTransposed: plain });
  const row = contraction({ name: '', batch: 1, m: 1, n: 4096, k: 4096, isTransposed: plain });
  expect(candidatesFor(small, { sharedMemory: true })).toHaveLength(1);
  expect(candidatesFor(row, { sharedMemory: true })).toEqual([{ kind: 'sums' }]);
});
