import { ConfigError } from '@evenkeel/errors';
import { matmul, maximum, type Tensor } from '@evenkeel/tensor';
import { globalNorm } from '../global-norm.ts';
import { isNumbers } from '../hyperparameters.ts';
import { runningAverage } from '../moments.ts';
import { Optimizer } from '../optimizer.ts';
import type { Parameters } from '../parameter-group.ts';
import { chain, perParameter, type Transform } from '../transform.ts';
import { addDecayedWeights } from '../transforms/add-decayed-weights.ts';
import { scaleByLearningRate } from '../transforms/scale-by-learning-rate.ts';

export type MuonOptions = {
  /** Learning rate, 1e-3. */
  lr: number;
  /** Decoupled, 0.1. */
  weightDecay: number;
  /** 0.95. */
  momentum: number;
  /** Look ahead along the momentum, true. */
  nesterov: boolean;
  /** Coefficients of the Newton-Schulz iteration. */
  nsCoefficients: readonly [number, number, number];
  /** Added nowhere: the least norm that is divided by, 1e-7. */
  eps: number;
  /** Newton-Schulz iterations, 5. */
  nsSteps: number;
  /** How the rate follows the shape: `'original'` (Jordan) or `'match_rms_adamw'` (Moonshot). */
  adjustLrFn: 'original' | 'match_rms_adamw';
  maximize: boolean;
};

const defaults: MuonOptions = {
  lr: 1e-3,
  weightDecay: 0.1,
  momentum: 0.95,
  nesterov: true,
  nsCoefficients: [3.4445, -4.775, 2.0315],
  eps: 1e-7,
  nsSteps: 5,
  adjustLrFn: 'original',
  maximize: false,
};

const rules = {
  nsCoefficients: { holds: (value: unknown) => isNumbers(value, 3), expected: 'three finite numbers' },
  nsSteps: {
    holds: (value: unknown) => Number.isInteger(value) && (value as number) >= 1 && (value as number) < 100,
    expected: 'an integer from 1 to 99',
  },
  adjustLrFn: {
    holds: (value: unknown) => value === 'original' || value === 'match_rms_adamw',
    expected: "'original' or 'match_rms_adamw'",
  },
};

/** `buffer = momentum · buffer + (1 - momentum) · g`; gives it, or a look ahead along it. State: `momentum_buffer`. */
export function averagedMomentum(): Transform {
  return perParameter((gradient, slot) => {
    const { nesterov } = { ...defaults, ...slot.group };
    const momentum = () => slot.group.momentum ?? defaults.momentum;
    const buffer = runningAverage(slot, 'momentum_buffer', momentum, gradient);
    if (!nesterov) return buffer;
    const ahead = slot.live('muon ahead', momentum);
    return gradient.mul(slot.live('muon behind', () => 1 - momentum())).add(buffer.mul(ahead));
  });
}

/** Replaces a matrix by the nearest one with all singular values about 1, by Newton-Schulz iteration. */
export function orthogonalize(): Transform {
  return perParameter((update, slot) => {
    const { nsCoefficients, nsSteps, eps, adjustLrFn } = { ...defaults, ...slot.group };
    const [rows = 1, columns = 1] = update.shape;
    const tall = rows > columns;
    let matrix: Tensor = tall ? update.t() : update;
    matrix = matrix.div(maximum(globalNorm([matrix], 2), eps));
    const [a, b, c] = nsCoefficients;
    for (let iteration = 0; iteration < nsSteps; iteration++) {
      const gram = matmul(matrix, matrix.t());
      const polynomial = gram.mul(b).add(matmul(gram, gram).mul(c));
      matrix = matrix.mul(a).add(matmul(polynomial, matrix));
    }
    const fit =
      adjustLrFn === 'original' ? Math.sqrt(Math.max(1, rows / columns)) : 0.2 * Math.sqrt(Math.max(rows, columns));
    return (tall ? matrix.t() : matrix).mul(fit);
  });
}

/**
 * Muon (Jordan et al. 2024), as `torch.optim.Muon` without its cast to bfloat16: momentum, made orthogonal.
 *
 * For the matrices of hidden layers only; give embeddings, heads, biases and norms to AdamW.
 *
 * ```ts
 * const matrix = new Parameter(tensor([[3, 0], [0, 4]]));
 * const optimizer = new Muon([matrix], { lr: 0.1, weightDecay: 0 });
 * matrix.square().sum().backward();
 * optimizer.step();
 * const [[first]] = await matrix.tolist();
 * console.log(first > 2.85 && first < 2.95); // prints true
 * ```
 *
 * @throws ConfigError for a parameter that is not two-dimensional
 */
export class Muon extends Optimizer<MuonOptions> {
  constructor(parameters: Parameters<MuonOptions>, options: Partial<MuonOptions> = {}) {
    const transform = chain(averagedMomentum(), orthogonalize(), addDecayedWeights(), scaleByLearningRate());
    super(parameters, { name: 'Muon', transform, defaults, rules }, options);
    for (const parameter of this.paramGroups.flatMap(({ params }) => params)) {
      if (parameter.ndim === 2) continue;
      throw new ConfigError('Muon trains matrices only', {
        doing: 'building Muon',
        got: `a parameter of shape [${parameter.shape.join(', ')}]`,
        expected: 'parameters with two dimensions',
        remedy: 'give the others to AdamW',
      });
    }
  }
}
