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

/** What an option may be. */
export interface Rule {
  holds(value: unknown): boolean;
  readonly expected: string;
}

/** The options that an optimizer takes, and what each may be. */
export type Rules = ReadonlyMap<string, Rule>;

export const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** Whether a value is a list of so many finite numbers. */
export const isNumbers = (value: unknown, length: number): value is number[] =>
  Array.isArray(value) && value.length === length && value.every(isNumber);

const number: Rule = { holds: (value) => isNumber(value) && value >= 0, expected: 'a finite number >= 0' };
const flag: Rule = { holds: (value) => typeof value === 'boolean', expected: 'true or false' };
const betas: Rule = {
  holds: (value) => isNumbers(value, 2) && value.every((beta) => beta >= 0 && beta < 1),
  expected: 'two numbers in [0, 1)',
};

/** Options are what their defaults are: numbers that are not negative, flags, decay rates; `special` says what else. */
export function rulesOf(defaults: object, special: Readonly<Record<string, Rule>> = {}): Rules {
  return new Map(
    Object.entries(defaults).map(([name, value]) => {
      const usual = typeof value === 'boolean' ? flag : Array.isArray(value) ? betas : number;
      return [name, special[name] ?? usual];
    }),
  );
}

/**
 * Checks the options given to `optimizer` and returns them without those left undefined.
 *
 * @param rules the options that this optimizer takes
 * @throws ConfigError for an unknown name (the nearest known one is offered) or a value out of range
 */
export function checkHyperparameters<Given extends Hyperparameters>(
  optimizer: string,
  given: Given,
  rules: Rules,
): Given {
  const checked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const rule = rules.get(name);
    if (!rule) {
      const near = nearestName(name, rules.keys());
      throw new ConfigError(`${optimizer} has no option ${name}`, {
        got: name,
        expected: [...rules.keys()].join(', '),
        remedy: near && `did you mean ${near}?`,
      });
    }
    if (value === undefined) continue;
    if (!rule.holds(value)) {
      throw new ConfigError(`${name} is out of range for ${optimizer}`, {
        got: `${name} = ${typeof value === 'number' ? value : JSON.stringify(value)}`,
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
