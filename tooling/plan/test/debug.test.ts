import { nullBackend } from '@evenkeel/backend-null';
import { Dropout, LayerNorm, Linear, type Module, MSELoss, ReLU, Sequential } from '@evenkeel/nn-layers';
import { AdamW, clipGradNorm } from '@evenkeel/optimizers';
import { compile, manualSeed, rand, type Tensor, useBackend } from '@evenkeel/tensor';
import { debug } from '@evenkeel/tensor/debug';
import { afterEach, expect, test } from 'vitest';

afterEach(() => debug(0));

/** What is printed of a step of training that is called twice, at level 1. */
function printed(step: (x: Tensor, y: Tensor) => Tensor): string {
  const texts: string[] = [];
  debug(1, (text) => texts.push(text));
  const compiled = compile(step);
  for (let call = 0; call < 2; call++) compiled(rand([8, 4]), rand([8, 2]));
  return `${texts.join('\n')}\n`;
}

test('a program is told by the names of parameters and of what an optimizer keeps', () => {
  useBackend(nullBackend());
  manualSeed(0);
  const model = new Sequential(new Linear(4, 16), new LayerNorm([16]), new ReLU(), new Dropout(0.1), new Linear(16, 2));
  const optimizer = new AdamW(model.parameters());
  const criterion = new MSELoss();
  const text = printed((x, y) => {
    optimizer.zeroGrad();
    const loss = criterion.call(model.call(x), y);
    loss.backward();
    clipGradNorm(model.parameters(), 1);
    optimizer.step();
    return loss;
  });
  const [recorded, planned, first, ...rest] = text.trim().split('\n');
  expect(recorded).toBe('compiled function 1: recorded, the first call with x float32[8,4], y float32[8,2]');
  expect(planned).toMatch(
    /^compiled function 1: planned for null, \d+ kernels, [\d.]+ kB between them, \d+ % of what they write$/,
  );
  expect(first).toMatch(/^ {2}0 +contraction 8×16 over 4 +896 B +matmul +x, 0\.weight → %\d+$/);
  expect(rest.at(-1)).toBe('compiled function 1: recorded again, to be compared with the program that there is');
  // Six parameters are updated together.
  expect(rest.at(-2)).toMatch(
    / 0\.weight \(\+5\), exp_avg of 0\.weight \(\+5\),.* → .*exp_avg_sq of 0\.weight \(\+5\)/,
  );
  for (const name of ['0.bias', '1.weight', '1.bias', '4.weight', '4.bias', 'returned']) expect(text).toContain(name);
  expect(text).not.toMatch(/tensor \d/);
});

test('where there are several models, each name says of which', () => {
  useBackend(nullBackend());
  class Narrow extends Linear {}
  const models: [Module & Linear, Narrow] = [new Linear(4, 2), new Narrow(4, 2)];
  const text = printed((x) => models[0].call(x).add(models[1].call(x)));
  expect(text).toMatch(/Linear weight.*Narrow weight|Narrow weight.*Linear weight/s);
});
