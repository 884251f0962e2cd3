import { matmul, randn } from '@evenkeel/tensor';
import type { Workload } from './workload.ts';

type Layout = 'NN' | 'TN' | 'NT';

/** Products of two square matrices; T says that a factor is given transposed, as in the backward pass of a product. */
export const matmuls: Workload[] = [256, 512, 1024].flatMap((size) =>
  (['NN', 'TN', 'NT'] as const).map((layout) => squares(size, layout)),
);

function squares(size: number, layout: Layout): Workload {
  return {
    name: `matmul-${size}-${layout}`,
    title: `matmul ${size}, ${layout}`,
    suite: 'kernels',
    stepsPerRound: size === 256 ? 60 : size === 512 ? 12 : 3,
    flops: 2 * size ** 3,
    batches: () => [[randn([size, size]), randn([size, size])]],
    build: () => ({
      step(a, b) {
        if (layout === 'TN') return matmul(a!.transpose(0, 1), b!);
        if (layout === 'NT') return matmul(a!, b!.transpose(0, 1));
        return matmul(a!, b!);
      },
    }),
  };
}
