/** What the backend interface promises about memory, apart from any computation. */
import { type Backend, contiguousStrides } from '@evenkeel/backend';
import { DeviceError, IndexError } from '@evenkeel/errors';
import { apply, tensor } from '@evenkeel/tensor';
import { type Check, expectThat, on } from './check.ts';

const check = (name: string, run: (backend: Backend) => Promise<void>): Check => ({
  group: 'interface',
  name,
  run: ({ subject }) => run(subject),
});

export function interfaceChecks(): Check[] {
  return [
    check('what was written is read, in whole and in ranges', async (backend) => {
      const buffer = backend.allocate(400);
      backend.write(
        buffer,
        Int32Array.from({ length: 100 }, (_, i) => i),
      );
      backend.write(buffer, Int32Array.of(-1, -2), 20);
      const whole = ints(await backend.read(buffer));
      expectThat(
        whole.every((value, i) => value === (i === 5 ? -1 : i === 6 ? -2 : i)),
        () => `read ${whole}`,
      );
      const part = ints(await backend.read(buffer, { offset: 392, length: 8 }));
      expectThat(String(part) === '98,99', () => `the last 8 bytes are ${part}`);
      backend.release(buffer);
    }),
    check('only the bytes of a view are written', async (backend) => {
      const buffer = backend.allocate(16);
      backend.write(buffer, Int32Array.of(0, 1, 2, 3, 4, 5, 6).subarray(2, 6));
      const got = ints(await backend.read(buffer));
      expectThat(String(got) === '2,3,4,5', () => `read ${got}`);
      backend.release(buffer);
    }),
    check('what is read is a copy of its own, of the moment it was asked for', async (backend) => {
      const buffer = backend.allocate(8);
      backend.write(buffer, Int32Array.of(1, 2));
      const asked = backend.read(buffer);
      backend.write(buffer, Int32Array.of(3, 4));
      const first = ints(await asked);
      first.fill(9);
      const second = ints(await backend.read(buffer));
      expectThat(String(second) === '3,4', () => `the second read gave ${second}`);
      expectThat(String(ints(await asked)) === '9,9', () => 'the bytes are not the caller’s');
      const again = backend.read(buffer);
      backend.write(buffer, Int32Array.of(5, 6));
      expectThat(String(ints(await again)) === '3,4', () => 'a later write changed what had been asked for');
      backend.release(buffer);
    }),
    check('a buffer may have no bytes', async (backend) => {
      const buffer = backend.allocate(0);
      expectThat((await backend.read(buffer)).length === 0, () => 'an empty buffer was not read as empty');
      backend.release(buffer);
    }),
    check('a size that is no number is refused, and memory is as it was', async (backend) => {
      for (const bytes of [Number.NaN, Number.POSITIVE_INFINITY]) {
        let refusal: unknown;
        try {
          backend.allocate(bytes);
        } catch (error) {
          refusal = error;
        }
        expectThat(refusal instanceof DeviceError, () => `a buffer of ${bytes} bytes gave ${refusal}`);
      }
      const buffer = backend.allocate(8);
      backend.write(buffer, Int32Array.of(6, 7));
      const got = ints(await backend.read(buffer));
      expectThat(String(got) === '6,7', () => `read ${got} afterwards`);
      backend.release(buffer);
    }),
    check('buffers of all sizes come and go without touching each other', async (backend) => {
      const sizes = Array.from({ length: 60 }, (_, i) => 4 * ((i * 37) % 300));
      const fill = (bytes: number, value: number) => {
        const buffer = backend.allocate(bytes);
        backend.write(buffer, new Int32Array(bytes / 4).fill(value));
        return { buffer, value };
      };
      const first = sizes.map((bytes, i) => fill(bytes, i));
      const kept = first.filter((_, i) => i % 3 !== 0);
      for (const [i, { buffer }] of first.entries()) if (i % 3 === 0) backend.release(buffer);
      kept.push(...sizes.map((bytes, i) => fill(bytes, 1000 + i)));
      for (const { buffer, value } of kept) {
        const got = ints(await backend.read(buffer));
        expectThat(
          got.every((element) => element === value),
          () => `a buffer of ${buffer.bytes} bytes holds ${got} instead of ${value}`,
        );
        backend.release(buffer);
      }
    }),
    check('a gather outside its dimension is an IndexError, and the backend goes on', (backend) =>
      on(backend, async () => {
        const x = tensor([10, 20, 30]);
        for (const wrong of [3, -1]) {
          // Where a backend finds it is its own affair: when it is asked to run, or when something is read.
          const attempt = async () => apply('gather', [x, tensor(new Int32Array([0, wrong]))], { dim: 0 }).data();
          const error = await attempt().catch((e) => e);
          expectThat(error instanceof IndexError, () => `position ${wrong} of 3 gave ${error}`);
        }
        const good = await apply('gather', [x, tensor(new Int32Array([2, 0]))], { dim: 0 }).data();
        expectThat(String(good) === '30,10', () => `afterwards ${good}`);
      }),
    ),
    check('a scatter outside its dimension is an IndexError, and the backend goes on', (backend) =>
      on(backend, async () => {
        const source = tensor([1, 2]);
        const scatter = async (index: number[]) =>
          apply('scatterAdd', [source, tensor(new Int32Array(index))], { dim: 0, size: 3 }).data();
        for (const wrong of [3, -1]) {
          const error = await scatter([0, wrong]).catch((e) => e);
          expectThat(error instanceof IndexError, () => `position ${wrong} of 3 gave ${error}`);
        }
        const good = await scatter([2, 2]);
        expectThat(String(good) === '0,0,3', () => `afterwards ${good}`);
      }),
    ),
    check('a result is the same, bit for bit, at every run', (backend) =>
      on(backend, async () => {
        const values = (count: number, by: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(i * by));
        const a = tensor(values(70 * 90, 0.37), { shape: [70, 90] });
        const b = tensor(values(90 * 50, 0.73), { shape: [90, 50] });
        const index = tensor(
          Int32Array.from({ length: 6300 }, (_, i) => (i * 31) % 7),
          { shape: [70, 90] },
        );
        const compute = async () =>
          Promise.all([
            apply('matmul', [a, b], {}).data(),
            apply('sum', [a], { dims: [0, 1] }).data(),
            apply('scatterAdd', [a, index], { dim: 0, size: 7 }).data(),
          ]);
        const [first, second] = [await compute(), await compute()];
        expectThat(
          first.every((part, i) => String(part) === String(second[i])),
          () => 'two runs differ',
        );
      }),
    ),
    check('a tensor is a view of its memory at any distance from its beginning', (backend) =>
      on(backend, async () => {
        const [rows, columns] = [1031, 67];
        const all = Float32Array.from({ length: rows * columns }, (_, i) => i);
        const [step] = contiguousStrides([rows, columns]) as [number, number];
        const table = tensor(all, { shape: [rows, columns] });
        const last = apply('slice', [table], { starts: [rows - 1, 3], steps: [1, 1], shape: [1, columns - 3] });
        const got = await apply('neg', [last], {}).data();
        const expected = all.slice((rows - 1) * step + 3).map((value) => -value);
        expectThat(String(got) === String(expected), () => `the last row is ${got}`);
      }),
    ),
  ];
}

function ints(bytes: Uint8Array<ArrayBuffer>): Int32Array {
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}
