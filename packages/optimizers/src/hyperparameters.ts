import { ConfigError, nearestName } from '@evenkeel/errors';

/** Every number or switch that a parameter group may carry, under PyTorch's name in camelCase. */
export interface Hyperparameters {
  /** Learning rate. */
  lr?: number;
  /** Decay rates of the running averages of the gradient and of its square. */
  betas?: readonly [number, number];
  /** Added to a denominator. */
  eps?: number;
  weightDecay?: number;
  /** Subtract the decay from the parameter instead of adding it to the gradient. */
  decoupledWeightDecay?: boolean;
  /** Climb the objective instead of descending. */
  maximize?: boolean;
  amsgrad?: boolean;
  momentum?: number;
  dampening?: number;
  nesterov?: boolean;
  lrDecay?: number;
  initialAccumulatorValue?: number;
  rho?: number;
  /** RMSprop's smoothing constant; ASGD's power of the rate. */
  alpha?: number;
  centered?: boolean;
  momentumDecay?: number;
  /** NAdam as PyTorch had it before 2.0. */
  beforeTorch2?: boolean;
  lambd?: number;
  t0?: number;
  /** Rprop's factors when a sign flips and when it stays. */
  etas?: readonly [number, number];
  /** Rprop's smallest and largest step. */
  stepSizes?: readonly [number, number];
  /** Muon's polynomial. */
  nsCoefficients?: readonly [number, number, number];
  nsSteps?: number;
  adjustLrFn?: 'original' | 'match_rms_adamw';
}

export type HyperparameterName = keyof Hyperparameters;

interface Rule {
  holds(value: unknown): boolean;
  readonly expected: string;
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const numbers = (value: unknown, length: number): value is number[] =>
  Array.isArray(value) && value.length === length && value.every(isNumber);

const notNegative: Rule = { holds: (value) => isNumber(value) && value >= 0, expected: 'a finite number >= 0' };
const anyNumber: Rule = { holds: isNumber, expected: 'a finite number' };
const flag: Rule = { holds: (value) => typeof value === 'boolean', expected: 'true or false' };

const rules: Record<HyperparameterName, Rule> = {
  lr: notNegative,
  betas: {
    holds: (value) => numbers(value, 2) && value.every((beta) => beta >= 0 && beta < 1),
    expected: 'two numbers in [0, 1)',
  },
  eps: notNegative,
  weightDecay: notNegative,
  decoupledWeightDecay: flag,
  maximize: flag,
  amsgrad: flag,
  momentum: notNegative,
  dampening: anyNumber,
  nesterov: flag,
  lrDecay: notNegative,
  initialAccumulatorValue: notNegative,
  rho: { holds: (value) => isNumber(value) && value >= 0 && value <= 1, expected: 'a number in [0, 1]' },
  alpha: notNegative,
  centered: flag,
  momentumDecay: notNegative,
  beforeTorch2: flag,
  lambd: notNegative,
  t0: notNegative,
  etas: {
    holds: (value) => numbers(value, 2) && value[0]! > 0 && value[0]! < 1 && value[1]! > 1,
    expected: 'two numbers around 1: [shrink in (0, 1), grow > 1]',
  },
  stepSizes: {
    holds: (value) => numbers(value, 2) && value[0]! >= 0 && value[0]! <= value[1]!,
    expected: '[smallest, largest], both >= 0',
  },
  nsCoefficients: { holds: (value) => numbers(value, 3), expected: 'three finite numbers' },
  nsSteps: {
    holds: (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) < 100,
    expected: 'an integer from 1 to 99',
  },
  adjustLrFn: {
    holds: (value) => value === 'original' || value === 'match_rms_adamw',
    expected: "'original' or 'match_rms_adamw'",
  },
};

/**
 * Checks the options given to `optimizer` and returns them without those left undefined.
 *
 * @param known the names this optimizer takes
 * @throws ConfigError for an unknown name (the nearest known one is offered) or a value out of range
 */
export function checkHyperparameters<Given extends Hyperparameters>(
  optimizer: string,
  given: Given,
  known: readonly string[],
): Given {
  const checked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (!known.includes(name)) {
      const near = nearestName(name, known);
      throw new ConfigError(`${optimizer} has no option ${name}`, {
        doing: `building ${optimizer}`,
        got: name,
        expected: known.join(', '),
        remedy: near ? `did you mean ${near}?` : undefined,
      });
    }
    if (value === undefined) continue;
    const rule = rules[name as HyperparameterName];
    if (!rule.holds(value)) {
      throw new ConfigError(`${name} is out of range for ${optimizer}`, {
        doing: `building ${optimizer}`,
        got: `${name} = ${JSON.stringify(value) ?? String(value)}${typeof value === 'number' ? ` (${value})` : ''}`,
        expected: rule.expected,
      });
    }
    checked[name] = value;
  }
  return checked as Given;
}

/** `weightDecay` as PyTorch writes it in a state dict: `weight_decay`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `weight_decay` as an option is written here: `weightDecay`. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
