import { closeStep, manualSeed, memory, Parameter, randn, type Tensor } from '@evenkeel/tensor';

/** What fitting a small network gave. */
export interface Fit {
  readonly losses: number[];
  /** Live tensors after each step. */
  readonly tensors: number[];
}

/** Fits tanh(x·A)·b to a function of x by gradient descent, on the backend in use. */
export async function fit(steps: number): Promise<Fit> {
  manualSeed(5);
  const x = randn([65, 3]);
  const y = x.select(1, 0).sin().add(x.select(1, 2));
  const weights = [new Parameter(randn([3, 9])), new Parameter(randn([9]))];
  const [a, b] = weights as [Tensor, Tensor];
  const losses: number[] = [];
  const tensors: number[] = [];
  for (let step = 0; step < steps; step++) {
    const loss = x.matmul(a).tanh().matmul(b).sub(y).square().mean();
    loss.backward();
    for (const weight of weights) {
      weight.assign(weight.detach().sub((weight.grad as Tensor).mul(0.1)));
      weight.grad = undefined;
    }
    losses.push(await loss.item());
    closeStep();
    tensors.push(memory().tensors);
  }
  return { losses, tensors };
}
