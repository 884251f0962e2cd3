/** Networks that nobody thought of: layers one on another as a seed decides. */
import * as nn from '@evenkeel/nn-layers';
import { checkpoint, type Tensor } from '@evenkeel/tensor';

/** A whole number below a limit. */
export type Dice = (below: number) => number;

type Step = (x: Tensor) => Tensor;

/** A layer, and how it is called on what the one before gives. */
interface Part {
  readonly name: string;
  readonly module: nn.Module;
  readonly run: Step;
}

export interface RandomNetwork {
  /** Of an input. */
  readonly shape: readonly number[];
  readonly classes: number;
  readonly parts: readonly Part[];
}

/** The same numbers for the same seed. */
export function dice(seed: number): Dice {
  let state = Math.imul(seed + 1, 2654435761) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) >>> 0;
    return ((mixed ^ (mixed >>> 12)) >>> 0) % below;
  };
}

const pick = <Value>(roll: Dice, list: readonly Value[]): Value => list[roll(list.length)] as Value;

const recurrent = { RNN: nn.RNN, LSTM: nn.LSTM, GRU: nn.GRU };
const activations = { ReLU: nn.ReLU, GELU: nn.GELU, SiLU: nn.SiLU, Tanh: nn.Tanh, Sigmoid: nn.Sigmoid, ELU: nn.ELU };

function activation(roll: Dice): Part {
  const name = pick(roll, Object.keys(activations)) as keyof typeof activations;
  return whole(name, new activations[name]());
}

function whole(name: string, module: nn.Module & { call: Step }): Part {
  return { name, module, run: (x) => module.call(x) };
}

/** Convolutions, pools and norms over images, then layers over their features. */
export function imageNetwork(roll: Dice): RandomNetwork {
  const shape = [pick(roll, [2, 3, 8, 17]), pick(roll, [1, 3, 4, 6]), 5 + roll(12), 5 + roll(12)] as const;
  const [batch] = shape;
  let [, channels, height, width] = shape as readonly number[] as [number, number, number, number];
  const parts: Part[] = [];
  const pooled = (kernel: number, stride: number, padding: number): boolean => {
    const [h, w] = [height, width].map((size) => Math.floor((size + 2 * padding - kernel) / stride) + 1) as [
      number,
      number,
    ];
    if (h < 1 || w < 1) return false;
    [height, width] = [h, w];
    return true;
  };
  const norm = (): Part => {
    const kind = pick(roll, ['batch', 'group', 'instance'] as const);
    // Few values of one channel may be nearly equal, and their inverse deviation huge.
    if (kind === 'instance' && height * width >= 16) {
      return whole('InstanceNorm2d', new nn.InstanceNorm2d(channels, { affine: true }));
    }
    if (kind === 'batch') return whole('BatchNorm2d', new nn.BatchNorm2d(channels));
    return whole('GroupNorm', new nn.GroupNorm(channels % 2 === 0 ? 2 : 1, channels));
  };
  const makers: readonly (() => Part | undefined)[] = [
    () => {
      const [kernel, padding, stride, made] = [1 + roll(3), roll(3), 1 + roll(2), pick(roll, [2, 4, 6, 16, 20])];
      const groups = channels % 2 === 0 && roll(3) === 0 ? 2 : 1;
      if (!pooled(kernel, stride, padding)) return undefined;
      const layer = new nn.Conv2d(channels, made, kernel, { padding, stride, groups, bias: roll(2) === 0 });
      const name = `Conv2d(${channels}, ${made}, ${kernel}, stride ${stride}, padding ${padding}, groups ${groups})`;
      channels = made;
      return whole(name, layer);
    },
    () => {
      const made = pick(roll, [2, 4, 5]);
      const layer = new nn.ConvTranspose2d(channels, made, 2, { stride: 2 });
      if (batch * made * height * width > 5000) return undefined;
      [channels, height, width] = [made, 2 * height, 2 * width];
      return whole(`ConvTranspose2d(${layer.inChannels}, ${made}, 2, stride 2)`, layer);
    },
    () => {
      const [kernel, stride] = [2 + roll(2), 1 + roll(2)];
      const padding = roll(2);
      return pooled(kernel, stride, padding)
        ? whole(
            `MaxPool2d(${kernel}, stride ${stride}, padding ${padding})`,
            new nn.MaxPool2d(kernel, { stride, padding }),
          )
        : undefined;
    },
    () => (pooled(2, 2, 0) ? whole('AvgPool2d(2)', new nn.AvgPool2d(2)) : undefined),
    norm,
    norm,
    norm,
    norm,
    () => activation(roll),
    () => activation(roll),
    () => whole('Dropout', new nn.Dropout(0.2)),
  ];
  for (let i = 3 + roll(5); i > 0; i--) parts.push(...[pick(roll, makers)()].flatMap((part) => part ?? []));
  parts.push(whole('Flatten', new nn.Flatten()));
  let features = channels * height * width;
  for (let i = roll(4); i > 0; i--) {
    const made = pick(roll, [5, 16, 33]);
    parts.push(whole(`Linear(${features}, ${made})`, new nn.Linear(features, made)));
    features = made;
    parts.push(roll(2) === 0 ? activation(roll) : whole('LayerNorm', new nn.LayerNorm(features)));
  }
  return withHead(roll, shape, parts, features);
}

/** Recurrent layers, attention and convolutions over sequences, of which a mean, the last element or the largest is classified. */
export function sequenceNetwork(roll: Dice): RandomNetwork {
  let features = pick(roll, [4, 8, 12, 24]);
  const shape = [pick(roll, [1, 2, 5]), pick(roll, [1, 2, 5, 9, 33]), features] as const;
  const [, length] = shape;
  const batchFirst = true;
  const makers: readonly (() => Part)[] = [
    () => {
      const [hidden, bidirectional] = [pick(roll, [3, 8, 17]), roll(2) === 0];
      const options = { numLayers: 1 + roll(2), bidirectional, batchFirst };
      const kind = pick(roll, ['RNN', 'LSTM', 'GRU'] as const);
      const name = `${kind}(${features}, ${hidden}, layers ${options.numLayers}${bidirectional ? ', both ways' : ''})`;
      const layer = new recurrent[kind](features, hidden, options);
      features = bidirectional ? 2 * hidden : hidden;
      return { name, module: layer, run: (x) => layer.call(x)[0] };
    },
    () => {
      const heads = features % 4 === 0 ? pick(roll, [1, 2, 4]) : 1;
      const isCausal = roll(2) === 0;
      const dropout = pick(roll, [0, 0.1]);
      const normFirst = roll(2) === 0;
      const options = { dimFeedforward: 8 + 8 * roll(4), dropout, batchFirst, normFirst };
      const layer = new nn.TransformerEncoderLayer(features, heads, options);
      const name = `Encoder(${features}, ${heads} heads${isCausal ? ', causal' : ''}, dropout ${dropout})`;
      const inputs = isCausal ? { isCausal, srcMask: nn.causalMask(length).keep() } : {};
      return { name, module: layer, run: (x) => layer.call(x, inputs) };
    },
    () => {
      const made = pick(roll, [4, 8, 12]);
      const layer = new nn.Conv1d(features, made, 3, { padding: 1 });
      const name = `Conv1d(${features}, ${made}, 3)`;
      features = made;
      return { name, module: layer, run: (x) => layer.call(x.transpose(1, 2)).transpose(1, 2) };
    },
    () => whole('LayerNorm', new nn.LayerNorm(features)),
    () => {
      const layer = new nn.Linear(features, features);
      return { name: `x + tanh(Linear(${features}))`, module: layer, run: (x) => x.add(layer.call(x).tanh()) };
    },
  ];
  const parts = Array.from({ length: 1 + roll(4) }, () => pick(roll, makers)());
  const pools = {
    mean: (x: Tensor) => x.mean(1),
    last: (x: Tensor) => x.select(1, -1),
    amax: (x: Tensor) => x.amax(1),
  };
  const pool = pick(roll, ['mean', 'last', 'amax'] as const);
  parts.push({ name: pool, module: new nn.Identity(), run: pools[pool] });
  return withHead(roll, shape, parts, features);
}

function withHead(roll: Dice, shape: readonly number[], parts: readonly Part[], features: number): RandomNetwork {
  const classes = 3 + roll(7);
  const head = whole(`Linear(${features}, ${classes})`, new nn.Linear(features, classes));
  return { shape, classes, parts: checkpointed(roll, [...parts, head]) };
}

/** The parts, some of them, one after the other, within a checkpoint. */
function checkpointed(roll: Dice, parts: readonly Part[]): readonly Part[] {
  if (roll(2) === 0) return parts;
  const from = roll(parts.length);
  const to = from + 1 + roll(parts.length - from);
  const inside = parts.slice(from, to);
  const name = `checkpoint(${inside.map((part) => part.name).join(', ')})`;
  const module = new nn.ModuleList(inside.map((part) => part.module));
  const run = checkpoint((x: Tensor) => inside.reduce((value, part) => part.run(value), x));
  return [...parts.slice(0, from), { name, module, run }, ...parts.slice(to)];
}
