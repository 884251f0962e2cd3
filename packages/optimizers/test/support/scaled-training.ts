import { clipGradNorm, type GradScaler, type Optimizer } from '@evenkeel/optimizers';
import { Parameter, type Tensor, tensor } from '@evenkeel/tensor';

/** Two matrices, as all optimizers take them. */
export const parameters = (): Parameter[] => [
  new Parameter(
    tensor([
      [0.5, -1.25, 2],
      [-0.75, 1.5, 0.25],
    ]),
  ),
  new Parameter(tensor([[1.5, -0.5]])),
];

/** Each call sees another number, which all parameters are multiplied with. */
export const batch = (i: number): Tensor => tensor([1 + 0.5 * Math.sin(i)]);

/** Σ (p x - 1)² + 0.1 Σ p⁴. */
export function lossOf(all: readonly Tensor[], x: Tensor): Tensor {
  return all
    .map((p) => p.mul(x).sub(1).square().sum().add(p.square().square().sum().mul(0.1)))
    .reduce((a, b) => a.add(b));
}

export interface Training {
  readonly all: readonly Tensor[];
  readonly optimizer: Optimizer;
  readonly scaler: GradScaler;
}

/** One step with a scaler. */
export function scaledStep({ all, optimizer, scaler }: Training, x: Tensor, clip?: number): Tensor {
  optimizer.zeroGrad();
  const loss = lossOf(all, x);
  scaler.scale(loss).backward();
  if (clip !== undefined) {
    scaler.unscale_(optimizer);
    clipGradNorm(all, clip);
  }
  scaler.step(optimizer);
  scaler.update();
  return loss;
}

export const values = async (tensors: readonly Tensor[]): Promise<number[][]> =>
  Promise.all(tensors.map(async (each) => [...(await each.data())]));

/** What an optimizer remembers, as numbers. */
export async function remembered(optimizer: Optimizer): Promise<Record<string, number[]>> {
  const read: Record<string, number[]> = {};
  for (const [index, entries] of Object.entries(optimizer.stateDict().state)) {
    for (const [key, value] of Object.entries(entries)) {
      read[`${index}.${key}`] = typeof value === 'number' ? [value] : [...(await value.data())];
    }
  }
  return read;
}

/** Parameters, what the optimizer remembers and the scale, as numbers. */
export async function allOf({ all, optimizer, scaler }: Training): Promise<unknown> {
  return { parameters: await values(all), state: await remembered(optimizer), scale: await scaler.getScale() };
}
