import type { Module } from '@evenkeel/nn-layers';
import { closeStep, noGrad, type Tensor, zerosLike } from '@evenkeel/tensor';

/** Trains on one loss by Adam (lr 0.01, as Kingma and Ba 2015 write it) and returns the last loss. */
export async function overfit(model: Module, steps: number, computeLoss: () => Tensor): Promise<number> {
  const states = model.parameters().map((parameter) => ({
    parameter,
    mean: zerosLike(parameter).contiguous().keep(),
    square: zerosLike(parameter).contiguous().keep(),
  }));
  let last = Number.NaN;
  for (let step = 1; step <= steps; step++) {
    const loss = computeLoss();
    loss.backward();
    noGrad(() => {
      for (const { parameter, mean, square } of states) {
        if (!parameter.grad) continue;
        mean.assign(mean.mul(0.9).add(parameter.grad.mul(0.1)));
        square.assign(square.mul(0.999).add(parameter.grad.square().mul(0.001)));
        const size = square
          .div(1 - 0.999 ** step)
          .sqrt()
          .add(1e-8);
        parameter.assign(
          parameter.sub(
            mean
              .div(1 - 0.9 ** step)
              .div(size)
              .mul(0.01),
          ),
        );
      }
    });
    model.zeroGrad();
    last = await loss.item();
    closeStep();
  }
  return last;
}
