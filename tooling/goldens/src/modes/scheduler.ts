import {
  createSchedule,
  noamLR,
  ReduceLROnPlateau,
  type ReduceLROnPlateauOptions,
  type ScheduleConfig,
} from '@evenkeel/schedulers';
import { AttributeReader } from '../attributes.ts';
import { type Attributes, type GoldenCase, numberOf } from '../case.ts';
import { onNumbers } from '../program/evaluate.ts';
import { Unsupported } from '../program/operation.ts';
import { type Expression, parseProgram } from '../program/syntax.ts';
import type { Results } from '../result.ts';

interface Rate {
  lr: number;
  momentum?: number | undefined;
}

/** Reads the rates of a schedule step by step, for each parameter group. */
export async function runScheduler(golden: GoldenCase): Promise<Results> {
  const attrs = new AttributeReader(golden.attrs);
  const optimizer = attrs.need<string>('optimizer');
  const baseRates = attrs.need<number[]>('base_lrs');
  const { momentum, betas, ...others } = attrs.take<{ momentum?: number; betas?: number[] }>('optimizer_args') ?? {};
  const steps = attrs.need<number>('steps');
  const options = attrs.takeRest();
  if (Object.keys(others).length > 0) throw new Unsupported(`optimizer_args ${Object.keys(others)} are not known`);
  const own = momentum ?? betas?.[0] ?? (optimizer.includes('Adam') ? 0.9 : 0);
  const metrics = golden.inputs['metrics']?.data.map(numberOf);
  const groups = baseRates.map((lr, group) => rateAt(golden.op, options, lr, group, metrics));
  const rates = Array.from({ length: steps }, (_, step) => groups.map((rate) => rate(step))).flat();
  const shape = [steps, baseRates.length];
  return new Map([
    ['lr', { shape, data: rates.map(({ lr }) => lr) }],
    ['momentum', { shape, data: rates.map((rate) => rate.momentum ?? own) }],
  ]);
}

function rateAt(
  op: string,
  options: Attributes,
  lr: number,
  group: number,
  metrics: number[] | undefined,
): (step: number) => Rate {
  if (!/^(torch\.)?(optim\.lr_scheduler|formula)\.\w+$/.test(op))
    throw new Unsupported(`${op} is no schedule the runner knows`);
  if (!op.endsWith('.ReduceLROnPlateau')) return createSchedule(configOf(op, options, lr, group));
  if (!metrics) throw new Error('the case has no metrics');
  const plateau = new ReduceLROnPlateau({ ...renamed(options, group), lr } as unknown as ReduceLROnPlateauOptions);
  const rates = [plateau.lr, ...metrics.map((metric) => plateau.step(metric))];
  return (step) => ({ lr: rates[step] ?? Number.NaN });
}

/** PyTorch's spelling of one schedule as the configuration of ours, for one parameter group. */
function configOf(op: string, options: Attributes, lr: number, group: number): ScheduleConfig {
  const { schedulers, lambda_formula, ...rest } = options;
  const className = op.split('.').at(-1)!;
  const name = className === 'WSD' ? 'wsd' : lowerFirst(camel(className));
  if (Array.isArray(schedulers)) {
    const parts = schedulers.map(({ op: part, ...own }) => configOf(part, own, lr, group));
    return { name, schedules: parts, ...rest };
  }
  if (lambda_formula !== undefined) return { name, lr, lrLambda: lambdaOf(lambda_formula, rest, group) };
  // OneCycleLR and CyclicLR set the rates themselves, whatever the optimizer started with.
  const setsRates = name === 'oneCycleLR' || name === 'cyclicLR';
  return { name, ...(setsRates ? {} : { lr }), ...renamed(rest, group) };
}

/** Options in our spelling; a list with one value for each group gives this group's. */
function renamed(options: Attributes, group: number): Attributes {
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      lowerFirst(camel(key)),
      Array.isArray(value) && key !== 'milestones' ? value[group] : value,
    ]),
  );
}

function lambdaOf(formula: unknown, constants: Attributes, group: number): (step: number) => number {
  if (Array.isArray(formula)) return lambdaOf(formula[group], constants, group);
  if (formula === 'noam') {
    const { d_model, warmup, ...unknown } = constants;
    if (Object.keys(unknown).length > 0) throw new Unsupported(`noam with ${Object.keys(unknown)} is not known`);
    const schedule = noamLR({ dModel: d_model as number, warmup: warmup as number });
    return (step) => schedule(step).lr;
  }
  return arithmetic(String(formula), constants);
}

/** A formula in k and the constants, such as `1 / (1 + c * k)`. */
function arithmetic(formula: string, constants: Attributes): (step: number) => number {
  const { value, target } = parseProgram(formula)[0] ?? {};
  if (!value || target) throw new Unsupported(`the runner does not know the formula ${formula}`);
  return (step) => numberFrom(value, new Map(Object.entries({ ...constants, k: step, 'math.pi': Math.PI })));
}

const functions: Readonly<Record<string, (...values: number[]) => number>> = {
  min: Math.min,
  max: Math.max,
  'math.sqrt': Math.sqrt,
  'math.exp': Math.exp,
  'math.log': Math.log,
  'math.cos': Math.cos,
  'math.sin': Math.sin,
};

function numberFrom(expression: Expression, names: ReadonlyMap<string, unknown>): number {
  const number = (part: Expression): number => numberFrom(part, names);
  const { kind } = expression;
  if (kind === 'literal' && typeof expression.value === 'number') return expression.value;
  if (kind === 'unary') return expression.operator === '-' ? -number(expression.value) : number(expression.value);
  if (kind === 'binary' && Object.hasOwn(onNumbers, expression.operator)) {
    return onNumbers[expression.operator]!(number(expression.left), number(expression.right));
  }
  if (kind === 'call' && expression.named.length === 0) {
    const called = functions[dotted(expression.of)];
    if (called) return called(...expression.positional.map(number));
  }
  const value = names.get(dotted(expression));
  if (typeof value === 'number') return value;
  throw new Unsupported(`the runner does not know ${dotted(expression)} in a formula of a schedule`);
}

/** `math.pi`, or the kind of what is no name. */
function dotted(expression: Expression): string {
  if (expression.kind === 'attribute') return `${dotted(expression.of)}.${expression.name}`;
  return expression.kind === 'name' ? expression.name : `a ${expression.kind}`;
}

function camel(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
