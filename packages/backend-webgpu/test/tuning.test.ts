import { axis, type ContractionKernel, type KernelBinding, programOf, weightedSum } from '@evenkeel/backend';
import { afterEach, expect, test, vi } from 'vitest';
import { compiledKernel } from '../src/kernels/compiled-kernel.ts';
import { draftContraction } from '../src/kernels/contraction.ts';
import type { Variant } from '../src/kernels/variant.ts';
import { candidatesFor, textOf } from '../src/tuning/candidates.ts';
import { fastest } from '../src/tuning/fastest.ts';
import { revision, Tuner, type TunerOptions } from '../src/tuning/tuner.ts';
import { tuneProducts } from '../src/tuning.ts';
import { hasNoGpu, onGpu } from './gpu.ts';
import { product } from './kernels.ts';

const profile = { sharedMemory: false };

const kernel = product(128, 64, 256);
const candidates = candidatesFor(kernel, profile);
const [usual, other, third] = candidates as [Variant, Variant, Variant];

/** A clock for which each variant takes the milliseconds that it is given, one run after another. */
function clockOf(times: (variant: Variant, run: number) => number) {
  const runs = new Map<string, number>();
  return async (variant: Variant) => {
    const run = runs.get(textOf(variant)) ?? 0;
    runs.set(textOf(variant), run + 1);
    return times(variant, run);
  };
}

/** A store of texts, and a tuner's options by which one candidate is the fastest, with the contractions that were measured. */
function options(best: Variant, more: Partial<TunerOptions> = {}) {
  const texts = new Map<string, string>();
  const measured: ContractionKernel[] = [];
  const store = {
    getItem: (name: string) => texts.get(name),
    setItem: (name: string, text: string) => void texts.set(name, text),
  };
  const given: TunerOptions = {
    store,
    profile,
    name: 'adapter',
    limits: '16384',
    stopwatch: async (of) => {
      measured.push(of);
      return { clock: clockOf((variant) => (textOf(variant) === textOf(best) ? 1 : 2)), close: () => {} };
    },
    ...more,
  };
  return { given, measured, texts };
}

async function choiceOf(given: TunerOptions): Promise<Variant | undefined> {
  const tuner = await Tuner.open(given);
  await tuner.tune(programOf(kernel));
  return tuner.choice(kernel);
}

const warnings = () => vi.spyOn(console, 'warn').mockImplementation(() => {});
afterEach(() => void vi.restoreAllMocks());

test('the faster of two variants is taken', async () => {
  expect(
    await fastest(
      [usual, other],
      clockOf((variant) => (variant === other ? 1 : 2)),
    ),
  ).toBe(other);
  expect(
    await fastest(
      [usual, other],
      clockOf((variant) => (variant === other ? 2 : 1)),
    ),
  ).toBe(usual);
});

test('what is faster by less than a twentieth is not taken for faster', async () => {
  expect(
    await fastest(
      [usual, other],
      clockOf((variant) => (variant === other ? 0.96 : 1)),
    ),
  ).toBe(usual);
});

test('neither a first run nor one that something else delayed decides', async () => {
  const slowAtTimes = (run: number) => (run === 0 || run === 4 ? 40 : 1);
  expect(
    await fastest(
      [usual, other],
      clockOf((variant, run) => (variant === other ? slowAtTimes(run) : 2)),
    ),
  ).toBe(other);
});

test('variants take turns, one that is hopeless gets none, and one that is slow is looked at once', async () => {
  const asked: Variant[] = [];
  const times = new Map([usual, other, third].map((variant, i) => [variant, [20, 19, 90][i] as number]));
  await fastest([usual, other, third], async (variant) => {
    asked.push(variant);
    return times.get(variant) as number;
  });
  expect(asked.slice(0, 5)).toEqual([usual, usual, other, other, third]);
  expect(asked.slice(5)).toEqual([usual, other, usual, other, usual, other, usual, other, usual, other]);
});

test('a variant that the device refuses is not taken', async () => {
  const refused = clockOf((variant) => (variant === other ? Number.POSITIVE_INFINITY : 2));
  expect(await fastest([usual, other], refused)).toBe(usual);
  const only = clockOf((variant) => (variant === usual ? Number.POSITIVE_INFINITY : 2));
  expect(await fastest([usual, other], only)).toBe(other);
  expect(await fastest([usual, other], async () => Number.POSITIVE_INFINITY)).toBe(usual);
});

test('a choice is measured once, remembered, and taken by the next who opens the store', async () => {
  const { given, measured } = options(other);
  expect(await choiceOf(given)).toEqual(other);
  expect(await choiceOf(given)).toEqual(other);
  expect(measured).toEqual([kernel]);
});

test('contractions that differ in where they store share a choice, those of other shapes or with float16 do not', async () => {
  const { given, measured } = options(other);
  const tuner = await Tuner.open(given);
  await tuner.tune(programOf(kernel));
  const [store] = kernel.stores as [ContractionKernel['stores'][number]];
  const same = { ...kernel, stores: [{ ...store, index: weightedSum([axis(1), axis(0)], [128, 1]) }] };
  expect(tuner.tune(programOf(same))).toBeUndefined();
  expect(tuner.choice(same)).toEqual(other);
  await tuner.tune(programOf(product(128, 64, 257)));
  expect(measured).toHaveLength(2);
  const [a, b, out] = kernel.bindings as [KernelBinding, KernelBinding, KernelBinding];
  await tuner.tune(programOf({ ...kernel, bindings: [{ ...a, dtype: 'float16' }, b, out] }));
  await tuner.tune(programOf({ ...kernel, bindings: [a, b, { ...out, dtype: 'float16' }] }));
  expect(measured).toHaveLength(4);
});

test('two programs with one contraction that are prepared at once have it measured once', async () => {
  const { given, measured } = options(other);
  const tuner = await Tuner.open(given);
  await Promise.all([tuner.tune(programOf(kernel)), tuner.tune(programOf(structuredClone(kernel)))]);
  expect(measured).toHaveLength(1);
});

test('what another adapter was measured for is not taken', async () => {
  const { given, measured } = options(other);
  await choiceOf(given);
  await choiceOf({ ...given, name: 'another' });
  expect(measured).toHaveLength(2);
});

test('what was measured under other limits or by another revision is refused, with a warning', async () => {
  const warn = warnings();
  const { given, measured, texts } = options(other);
  await choiceOf(given);
  expect(await choiceOf({ ...given, limits: '32768' })).toEqual(other);
  expect(measured).toHaveLength(2);
  expect(warn.mock.calls).toEqual([[expect.stringContaining('measured by another version or under other limits')]]);
  for (const [name, text] of texts) {
    texts.set(name, text.replace(`"revision":${revision}`, `"revision":${revision - 1}`).replace('32768', '16384'));
  }
  expect(await choiceOf(given)).toEqual(other);
  expect(measured).toHaveLength(3);
  expect(warn).toHaveBeenCalledTimes(2);
});

test.for(['{', 'null', '{}', '[]', `{"revision":${revision},"limits":"16384","choices":7}`])(
  'a store that holds %s is warned of and written anew',
  async (text) => {
    const warn = warnings();
    const { given, measured, texts } = options(other);
    texts.set('evenkeel products: adapter', text);
    expect(await choiceOf(given)).toEqual(other);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(await choiceOf(given)).toEqual(other);
    expect(measured).toHaveLength(1);
    expect(warn).toHaveBeenCalledTimes(1);
  },
);

test.for([{ kind: 'registers', rows: 1e9, columns: 1e9, workgroup: 64, splits: 1 }, 'fast', null])(
  'a remembered choice that is none of the candidates is measured again: %o',
  async (wrong) => {
    const warn = warnings();
    const { given, measured, texts } = options(other);
    await choiceOf(given);
    for (const [name, text] of texts) {
      const told = JSON.parse(text);
      for (const key of Object.keys(told.choices)) told.choices[key] = wrong;
      texts.set(name, JSON.stringify(told));
    }
    expect(await choiceOf(given)).toEqual(other);
    expect(measured).toHaveLength(2);
    expect(warn).toHaveBeenCalledTimes(1);
  },
);

test('a store that fails and a device that fails are warned of, and the table decides', async () => {
  const warn = warnings();
  const fail = () => {
    throw new Error('full');
  };
  expect(await choiceOf(options(other, { store: { getItem: fail, setItem: fail } }).given)).toEqual(other);
  expect(warn).toHaveBeenCalledTimes(2);
  const failing = options(other, { stopwatch: () => Promise.reject(new Error('lost')) });
  expect(await choiceOf(failing.given)).toEqual(usual);
  expect(warn).toHaveBeenCalledTimes(3);
  expect(failing.texts.size).toBe(0);
});

test('a contraction for which there is no memory goes by the table, and that is not remembered', async () => {
  const { given, texts } = options(other, { stopwatch: async () => undefined });
  expect(await choiceOf(given)).toEqual(usual);
  expect(texts.size).toBe(0);
});

test.skipIf(hasNoGpu)('a backend with a store measures a product, remembers it, and computes the same', async () => {
  const texts = new Map<string, string>();
  const store = {
    getItem: (name: string) => texts.get(name),
    setItem: (name: string, text: string) => void texts.set(name, text),
  };
  const [m, n, k] = [33, 47, 200];
  const x = Float32Array.from({ length: m * k }, (_, i) => (i % 7) - 3);
  const y = Float32Array.from({ length: k * n }, (_, i) => (i % 5) - 2);
  const results: Float32Array[] = [];
  for (const tuning of [undefined, store, store]) {
    const backend = await onGpu({ tuning: tuning && tuneProducts(tuning) });
    const buffers = [x.byteLength, y.byteLength, m * n * 4].map((length) => ({
      buffer: backend.allocate(length),
      offset: 0,
      length,
    }));
    const [a, b, out] = buffers as [(typeof buffers)[0], (typeof buffers)[0], (typeof buffers)[0]];
    backend.write(a.buffer, x);
    backend.write(b.buffer, y);
    const prepared = backend.prepare(programOf(product(m, n, k)));
    // What is remembered needs no waiting.
    expect(prepared instanceof Promise).toBe(tuning !== undefined && results.length === 1);
    backend.run(await prepared, { buffers, arguments: [] });
    results.push(new Float32Array((await backend.read(out.buffer)).buffer));
    backend.dispose();
  }
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
  expect(results[0]?.some((sum) => sum !== 0)).toBe(true);
  const [text] = texts.values();
  const { choices } = JSON.parse(text as string);
  expect(Object.keys(choices)).toEqual([expect.stringMatching(/^1x33x47x200 [0-9a-f]{8}$/)]);
});

test('who changes a shader of contractions raises the revision, because what was measured before holds no longer', () => {
  let hash = 0;
  for (const sharedMemory of [false, true]) {
    for (const variant of candidatesFor(kernel, { sharedMemory })) {
      for (const { source } of compiledKernel(kernel, draftContraction(kernel, { sharedMemory }, variant)).stages) {
        for (const sign of source([[0], [0], [0], [0]])) hash = (Math.imul(hash, 31) + sign.charCodeAt(0)) | 0;
      }
    }
  }
  expect({ revision, hash }).toMatchInlineSnapshot(`
    {
      "hash": 1324975983,
      "revision": 2,
    }
  `);
});
