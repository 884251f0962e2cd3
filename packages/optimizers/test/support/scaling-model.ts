import { lerp, noGrad, Parameter, type Tensor, tensor } from '@evenkeel/tensor';

/** The least that a model is: one factor and one running mean, with the methods of a module. */
export class ScalingModel {
  training = true;
  momentum: number | null = 0.1;
  weight: Parameter;
  running_mean: Tensor;

  constructor(weight: number, mean = 0) {
    this.weight = new Parameter(tensor([weight]));
    this.running_mean = tensor([mean]).keep();
  }

  modules(): this[] {
    return [this];
  }

  parameters(): Tensor[] {
    return [this.weight];
  }

  buffers(): Tensor[] {
    return [this.running_mean];
  }

  stateDict(): Map<string, Tensor> {
    return new Map([
      ['weight', this.weight],
      ['running_mean', this.running_mean],
    ]);
  }

  loadStateDict(given: ReadonlyMap<string, Tensor>): void {
    for (const [name, own] of this.stateDict()) own.assign(given.get(name)!);
  }

  requiresGrad_(requiresGrad: boolean): void {
    this.weight.requiresGrad = requiresGrad;
  }

  train(): void {
    this.training = true;
  }

  eval(): void {
    this.training = false;
  }

  resetRunningStats(): void {
    this.running_mean.assign([0]);
  }

  clone(): this {
    const copy = new ScalingModel(0);
    noGrad(() => copy.loadStateDict(this.stateDict()));
    return copy as this;
  }

  call(input: Tensor): Tensor {
    const output = input.mul(this.weight);
    if (this.training) {
      const fresh = output.detach().mean();
      noGrad(() => this.running_mean.assign(lerp(this.running_mean, fresh, this.momentum!)));
    }
    return output;
  }
}
