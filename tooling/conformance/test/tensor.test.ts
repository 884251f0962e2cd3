import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { cpu } from '@evenkeel/backend-cpu';
import { gradients, tensor, useBackend } from '@evenkeel/tensor';
import { expect, test } from 'vitest';

// Found by the suite; what goes wrong here would make its own checks unreliable.

test('an output that requires no gradient does not shift the cotangents of the others', async () => {
  useBackend(cpu());
  const x = tensor([3], { requiresGrad: true });
  const [constant, square] = [tensor([1]), x.mul(x)];
  const [slope] = gradients([constant, square], [x], { gradOutputs: [tensor([100]), tensor([1])] });
  expect([...(await slope!.data())]).toEqual([6]);
});

test('a tensor may be collected after its backend was disposed of', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const backend = cpu();
  useBackend(backend);
  let collected = false;
  const seen = new FinalizationRegistry(() => {
    collected = true;
  });
  (() => {
    seen.register(tensor([1, 2, 3]).keep(), 'it');
  })();
  backend.dispose();
  // An error in a finalizer would end this process.
  for (let i = 0; i < 20 && !collected; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(collected).toBe(true);
});
