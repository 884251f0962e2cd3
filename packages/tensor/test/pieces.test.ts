import { cpu } from '@evenkeel/backend-cpu';
import { type Backend, compile, noGrad, Parameter, type Tensor, tensor, useBackend } from '@evenkeel/tensor';
import { expect, test } from 'vitest';

/** The oracle, as if its memory were in pieces of so many bytes. */
function inPiecesOf(pieceBytes: number): Backend {
  const inner = cpu();
  return { ...inner, limits: { ...inner.limits, pieceBytes } };
}

/** Chains of products, so that many matrices of different sizes lie between kernels at once. */
const chains = (x: Tensor) => {
  const parts = [3, 5, 8, 13].map((size) => {
    const wide = x.slice(1, 0, size).matmul(x.slice(1, 0, size).transpose(0, 1));
    return wide.softmax(1).matmul(x.slice(1, 0, size));
  });
  return parts.map((part) => part.matmul(part.transpose(0, 1)).sum(1)).reduce((sum, part) => sum.add(part));
};

const input = () =>
  tensor(Array.from({ length: 12 }, (_, i) => Array.from({ length: 13 }, (_, j) => Math.sin(i * j + i))));

test('what a program needs between its kernels does not lie in two pieces of memory, unless it is larger', async () => {
  useBackend(cpu());
  const whole = compile(chains);
  const expected = await whole(input()).tolist();
  const { arenaBytes } = whole.plans()[0]!;
  // One matrix has 12 × 13 × 4 bytes.
  for (const pieceBytes of [256, 704, 1088, 2048]) {
    expect(arenaBytes).toBeGreaterThan(pieceBytes);
    useBackend(inPiecesOf(pieceBytes));
    const cut = compile(chains);
    const x = input();
    for (let call = 0; call < 3; call++) expect(await cut(x).tolist()).toEqual(expected);
    const [plan] = cut.plans();
    for (const place of plan!.places) {
      if (place.kind !== 'arena') continue;
      const pieces = Math.ceil(((place.offset % pieceBytes) + place.length) / pieceBytes);
      expect(pieces).toBe(Math.ceil(place.length / pieceBytes));
    }
    expect(plan!.arenaBytes).toBeLessThan(arenaBytes + 4 * pieceBytes);
  }
});

test('weights are updated together as far as they fit in a piece of memory', async () => {
  const train = async (backend: Backend) => {
    useBackend(backend);
    const weights = [5, 9, 14, 20, 27].map(
      (size) => new Parameter(tensor(Float32Array.from({ length: size }, Math.sqrt))),
    );
    const descend = compile(() =>
      noGrad(() => {
        for (const weight of weights) weight.assign(weight.mul(0.9).add(1));
      }),
    );
    for (let call = 0; call < 4; call++) descend();
    const kernels = descend.plans().map(({ program }) => program.steps.length);
    return { kernels, values: await Promise.all(weights.map((weight) => weight.tolist())) };
  };
  const whole = await train(cpu());
  const cut = await train(inPiecesOf(120));
  expect(cut.values).toEqual(whole.values);
  // 4 × (5 + 9 + 14) bytes fit, then 20 and 27 alone.
  expect([whole.kernels, cut.kernels]).toEqual([[1], [3]]);
});
