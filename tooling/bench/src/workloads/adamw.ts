import { Module } from '@evenkeel/nn-layers';
import { AdamW } from '@evenkeel/optimizers';
import { Parameter, randn, type Tensor, zeros } from '@evenkeel/tensor';
import type { Workload } from './workload.ts';

const elements = 2 ** 22;

class Vector extends Module {
  weight = new Parameter(zeros([elements]));

  override forward(): Tensor {
    return this.weight;
  }
}

export const adamwUpdate: Workload = {
  name: 'adamw',
  title: 'AdamW update, 4 M elements',
  suite: 'kernels',
  stepsPerRound: 10,
  batches: () => [[randn([elements])]],
  build() {
    const model = new Vector();
    const optimizer = new AdamW(model.parameters());
    return {
      model,
      step(gradient) {
        model.weight.grad = gradient;
        optimizer.step();
        return model.weight.detach().narrow(0, 0, 1);
      },
    };
  },
};
