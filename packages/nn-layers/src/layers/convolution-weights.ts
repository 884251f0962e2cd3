import { ConfigError } from '@evenkeel/errors';
import { Parameter, zeros } from '@evenkeel/tensor';
import { perDimension, positivePerDimension, type Spatial } from '../functional/spatial.ts';
import { calculateFanInAndFanOut } from '../init/fan.ts';
import { uniform_ } from '../init/random.ts';
import { kaimingUniform_ } from '../init/scaled.ts';
import { Module } from '../module/module.ts';
import { checkSizes } from '../module/size-check.ts';

export interface ConvolutionSizes {
  stride?: Spatial;
  dilation?: Spatial;
  groups?: number;
  bias?: boolean;
}

/** What convolutions and transposed convolutions have in common: sizes, weight and bias. */
export abstract class ConvolutionWeights extends Module {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
  /** The weight's dimension that counts outputs; spectral norm reads it. */
  readonly outputDimension: number;
  weight: Parameter;
  bias: Parameter | undefined;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Spatial,
    options: ConvolutionSizes,
    spatial: number,
    transposed: boolean,
  ) {
    super();
    const { groups = 1 } = options;
    const name = this.constructor.name;
    checkSizes(name, { inChannels, outChannels, groups });
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      throw new ConfigError('the groups must divide both numbers of channels', {
        doing: `making a ${name}`,
        got: `${inChannels} in, ${outChannels} out, ${groups} groups`,
      });
    }
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.groups = groups;
    this.outputDimension = transposed ? 1 : 0;
    this.kernelSize = positivePerDimension(name, 'kernelSize', kernelSize, spatial);
    this.stride = positivePerDimension(name, 'stride', options.stride ?? 1, spatial);
    this.dilation = positivePerDimension(name, 'dilation', options.dilation ?? 1, spatial);
    const [first, second] = transposed ? [inChannels, outChannels] : [outChannels, inChannels];
    this.weight = new Parameter(zeros([first, second / groups, ...this.kernelSize]));
    if (options.bias ?? true) this.bias = new Parameter(zeros([outChannels]));
    this.resetParameters();
  }

  /** Draws weight and bias anew from U(−b, b) with b = 1/√fanIn, where fanIn is taken from the weight's shape. */
  resetParameters(): void {
    // With this slope Kaiming's bound is 1/√fanIn; written as PyTorch writes it.
    kaimingUniform_(this.weight, { a: Math.sqrt(5) });
    const bound = 1 / Math.sqrt(calculateFanInAndFanOut(this.weight.shape).fanIn);
    if (this.bias) uniform_(this.bias, { low: -bound, high: bound });
  }

  /** One number for each spatial dimension. */
  protected perDimension(name: string, value: Spatial): readonly number[] {
    return perDimension(this.constructor.name, name, value, this.kernelSize.length);
  }
}
