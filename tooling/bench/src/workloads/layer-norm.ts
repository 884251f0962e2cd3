import { LayerNorm } from '@evenkeel/nn-layers';
import { gradients, randn, scope } from '@evenkeel/tensor';
import type { Workload } from './workload.ts';

const [rows, features] = [4096, 512];

export const layerNormBothWays: Workload = {
  name: 'layer-norm',
  title: 'LayerNorm forward and backward, [4096, 512], weight and bias',
  suite: 'kernels',
  stepsPerRound: 10,
  batches: () => [[randn([rows, features]), randn([rows, features])]],
  build() {
    const model = new LayerNorm(features);
    return {
      model,
      step: (x, dy) =>
        scope(() => {
          const input = x!.detach();
          input.requiresGrad = true;
          const y = model.call(input);
          return [y.detach(), ...gradients(y, [input, model.weight!, model.bias!], { gradOutputs: [dy!] })];
        }),
    };
  },
};
