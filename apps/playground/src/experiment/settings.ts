/** What can be chosen, as data: the address, the panel and the worker all read these tables. */

/** One thing that can be chosen, from a list. */
export interface Field<Value extends string | number = string | number> {
  readonly label: string;
  readonly values: readonly Value[];
  readonly initial: Value;
  /** How a value is written on the page; as it is, where there is no name. */
  readonly names?: Readonly<Record<string, string>>;
}

export type Fields = Readonly<Record<string, Field>>;

type Chosen<Table extends Fields> = { readonly [Name in keyof Table]: Table[Name]['values'][number] };

const seed = { label: 'Seed', values: [1, 2, 3, 4, 5, 6, 7, 8], initial: 1 } as const;
const normalizations = {
  values: ['none', 'batch', 'layer'],
  names: { none: 'no norm', batch: 'BatchNorm', layer: 'LayerNorm' },
} as const;
const normPlaces = { values: ['pre', 'post'], names: { pre: 'pre-norm', post: 'post-norm' } } as const;

export const fields = {
  points: {
    a: { label: 'Network A', ...normalizations, initial: 'none' },
    b: { label: 'Network B', ...normalizations, initial: 'batch' },
    shape: { label: 'Points', values: ['spiral', 'moons', 'rings', 'checks'], initial: 'spiral' },
    depth: { label: 'Hidden layers', values: [1, 2, 4, 6, 8, 12], initial: 8 },
    width: { label: 'Features of each', values: [8, 16, 32, 64], initial: 16 },
    activation: {
      label: 'Activation',
      values: ['relu', 'tanh', 'gelu'],
      names: { relu: 'ReLU', gelu: 'GELU' },
      initial: 'relu',
    },
    optimizer: {
      label: 'Optimizer',
      values: ['sgd', 'momentum', 'adam'],
      names: { sgd: 'SGD', momentum: 'SGD with momentum', adam: 'Adam' },
      initial: 'sgd',
    },
    lr: { label: 'Learning rate', values: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1], initial: 0.1 },
    batch: { label: 'Batch size', values: [4, 16, 64, 256], initial: 256 },
    seed,
  },
  dates: {
    a: { label: 'Network A', ...normPlaces, initial: 'post' },
    b: { label: 'Network B', ...normPlaces, initial: 'pre' },
    depth: { label: 'Blocks on each side', values: [1, 2, 3, 4, 6], initial: 6 },
    width: { label: 'Features of a token', values: [16, 32, 64], initial: 32 },
    lr: { label: 'Learning rate', values: [0.0003, 0.001, 0.003, 0.01, 0.03], initial: 0.003 },
    warmup: {
      label: 'Warm-up',
      values: [0, 50, 200],
      names: { 0: 'none', 50: '50 steps', 200: '200 steps' },
      initial: 0,
    },
    batch: { label: 'Batch size', values: [16, 32, 64], initial: 16 },
    seed,
  },
} as const satisfies Record<string, Fields>;

export type TaskName = keyof typeof fields;
export type PointsSettings = Chosen<(typeof fields)['points']>;
export type DatesSettings = Chosen<(typeof fields)['dates']>;

/** Everything that a run depends on, but for the machine. */
export type Settings = ({ readonly task: 'points' } & PointsSettings) | ({ readonly task: 'dates' } & DatesSettings);

/** The two networks of a run. */
export type Side = 'a' | 'b';
export const sides: readonly Side[] = ['a', 'b'];

/** How a value of a field is written on the page. */
export function nameOf(field: Field, value: string | number): string {
  return field.names?.[value] ?? String(value);
}

/** The settings that a task begins with. */
export function initialSettings(task: TaskName): Settings {
  const table: Fields = fields[task];
  return {
    task,
    ...Object.fromEntries(Object.entries(table).map(([name, field]) => [name, field.initial])),
  } as Settings;
}
