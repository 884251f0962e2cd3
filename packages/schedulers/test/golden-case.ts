import { createSchedule, noamLR, type Rate, ReduceLROnPlateau, type ScheduleConfig } from '@evenkeel/schedulers';

/** A case of mode "scheduler" in tooling/goldens/cases/schedulers.json; its README says what the fields mean. */
export interface SchedulerCase {
  name: string;
  op: string;
  attrs: Attributes;
  inputs: Record<string, { data: number[] }>;
  outputs: { lr: { data: number[] }; momentum: { data: number[] } };
  rtol: number;
  atol: number;
}

type Attributes = Record<string, unknown> & {
  optimizer: string;
  base_lrs: number[];
  optimizer_args: { momentum?: number };
  steps: number;
};

/** Rates and momenta of a case, group by group within each step, from this package. */
export function replay({ op, attrs, inputs }: SchedulerCase): { lr: number[]; momentum: number[] } {
  const { optimizer, base_lrs, optimizer_args, steps, ...options } = attrs;
  const ownMomentum = optimizer_args.momentum ?? (optimizer === 'optim.Adam' ? 0.9 : 0);
  const groups = base_lrs.map((lr, group) => {
    if (op !== 'optim.lr_scheduler.ReduceLROnPlateau') return createSchedule(configOf(op, options, lr, group));
    return plateau(new ReduceLROnPlateau({ ...camelCased(options), lr }), inputs.metrics!.data);
  });
  const rates: Rate[] = Array.from({ length: steps }, (_, step) => groups.map((schedule) => schedule(step))).flat();
  return { lr: rates.map(({ lr }) => lr), momentum: rates.map(({ momentum = ownMomentum }) => momentum) };
}

/** PyTorch's spelling of one schedule as the configuration of ours, for one parameter group. */
function configOf(op: string, attrs: Record<string, unknown>, lr: number, group: number): ScheduleConfig {
  const { schedulers, lambda_formula, ...rest } = attrs;
  const className = op.split('.').at(-1)!;
  const name = className === 'WSD' ? 'wsd' : camelCase(className);
  if (Array.isArray(schedulers)) {
    const parts = schedulers.map(({ op: part, ...options }) => configOf(part, options, lr, group));
    return { name, schedules: parts, ...rest };
  }
  if (lambda_formula !== undefined) return { name, lr, lrLambda: lambdaOf(lambda_formula, rest, group) };
  const perGroup = Object.entries(rest).map(([key, value]) => {
    return [key, Array.isArray(value) && key !== 'milestones' ? value[group] : value];
  });
  const setsItsOwnRates = name === 'oneCycleLR' || name === 'cyclicLR';
  return { name, ...(setsItsOwnRates ? {} : { lr }), ...camelCased(Object.fromEntries(perGroup)) };
}

function lambdaOf(formula: unknown, constants: Record<string, unknown>, group: number): (step: number) => number {
  if (Array.isArray(formula)) return lambdaOf(formula[group], constants, group);
  if (formula === 'noam') {
    const schedule = noamLR({ dModel: constants.d_model as number, warmup: constants.warmup as number });
    return (step) => schedule(step).lr;
  }
  // Arithmetic reads the same in Python and JavaScript; anything else is a case this runner does not know.
  const names = Object.keys(constants);
  const unknown = String(formula)
    .match(/[^\s\d.()+*/-]+/g)
    ?.filter((word) => word !== 'k' && !names.includes(word));
  if (unknown?.length) throw new Error(`no way to run the formula ${formula}`);
  const evaluate = new Function('k', ...names, `return ${formula}`);
  return (step) => evaluate(step, ...names.map((name) => constants[name]));
}

function plateau(scheduler: ReduceLROnPlateau, metrics: number[]): (step: number) => Rate {
  const rates = [scheduler.lr, ...metrics.map((metric) => scheduler.step(metric))];
  return (step) => ({ lr: rates[step]! });
}

function camelCased(options: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [camelCase(key), value]));
}

function camelCase(name: string): string {
  const joined = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return joined.charAt(0).toLowerCase() + joined.slice(1);
}
