/** Training steps whose plans are looked at. */
import { GPT } from '@evenkeel/models';
import {
  BatchNorm2d,
  Conv2d,
  CrossEntropyLoss,
  Flatten,
  Linear,
  MaxPool2d,
  ReLU,
  Sequential,
} from '@evenkeel/nn-layers';
import { Adam, AdamW, clipGradNorm, GradScaler } from '@evenkeel/optimizers';
import { autocast, compile, rand, randint, type Tensor } from '@evenkeel/tensor';

/** Compiles a step and calls it on the current backend until its plan is settled; gives the compiled function. */
export type MakeProgram = () => ReturnType<typeof compile<[Tensor, Tensor], Tensor>>;

export const programs: Readonly<Record<string, MakeProgram>> = {
  gpt6: () => gpt({ vocabulary: 64, context: 32, batch: 4, width: 64, blocks: 6 }),
  'gpt6-checkpoint': () => gpt({ vocabulary: 64, context: 32, batch: 4, width: 64, blocks: 6, checkpoint: true }),
  'gpt6-autocast': () => gpt({ vocabulary: 64, context: 32, batch: 4, width: 64, blocks: 6, mixed: true }),
  'gpt6-scaled': () => gpt({ vocabulary: 64, context: 32, batch: 4, width: 64, blocks: 6, scaler: new GradScaler() }),
  gpt4: () => gpt({ vocabulary: 65, context: 64, batch: 16, width: 128, blocks: 4 }),
  mlp: () => mlp(),
  'mlp-scaled': () => mlp(new GradScaler()),
  cnn,
};

interface Sizes {
  readonly vocabulary: number;
  readonly context: number;
  readonly batch: number;
  readonly width: number;
  readonly blocks: number;
  /** Whether blocks are computed anew for the gradient. */
  readonly checkpoint?: boolean;
  /** Whether the loss is computed in mixed precision. */
  readonly mixed?: boolean;
  /** What scales the loss; left out, nothing. */
  readonly scaler?: GradScaler;
}

/** Does nothing. */
const unscaled = new GradScaler({ enabled: false });

export function gpt(sizes: Sizes): ReturnType<MakeProgram> {
  const { vocabulary, context, batch, width, blocks, checkpoint = false, mixed = false, scaler = unscaled } = sizes;
  const model = new GPT(vocabulary, {
    contextLength: context,
    numLayers: blocks,
    nhead: 4,
    dModel: width,
    dropout: 0,
    tieWeights: false,
    checkpoint,
  });
  const optimizer = new AdamW(model.parameters(), { lr: 1e-3 });
  const criterion = new CrossEntropyLoss();
  const step = compile((x: Tensor, y: Tensor): Tensor => {
    optimizer.zeroGrad();
    const lossOf = () => criterion.call(model.call(x).reshape([-1, vocabulary]), y.reshape([-1]));
    const loss = autocast(lossOf, { enabled: mixed });
    scaler.scale(loss).backward();
    scaler.unscale_(optimizer);
    clipGradNorm(model.parameters(), 1);
    scaler.step(optimizer);
    scaler.update();
    return loss;
  });
  return settled(step, randint(0, vocabulary, [batch, context]), randint(0, vocabulary, [batch, context]));
}

function mlp(scaler = unscaled): ReturnType<MakeProgram> {
  const model = new Sequential(new Linear(784, 512), new ReLU(), new Linear(512, 512), new ReLU(), new Linear(512, 10));
  return settled(classify(model, scaler), rand([128, 784]), randint(0, 10, [128]));
}

function cnn(): ReturnType<MakeProgram> {
  const block = (from: number, to: number) => [
    new Conv2d(from, to, 3, { padding: 1 }),
    new BatchNorm2d(to),
    new ReLU(),
    new MaxPool2d(2),
  ];
  const model = new Sequential(...block(1, 16), ...block(16, 32), new Flatten(), new Linear(32 * 7 * 7, 10));
  return settled(classify(model), rand([64, 1, 28, 28]), randint(0, 10, [64]));
}

function classify(model: Sequential, scaler = unscaled): ReturnType<MakeProgram> {
  const optimizer = new Adam(model.parameters());
  const criterion = new CrossEntropyLoss();
  return compile((x: Tensor, y: Tensor): Tensor => {
    optimizer.zeroGrad();
    const loss = criterion.call(model.call(x), y);
    scaler.scale(loss).backward();
    scaler.step(optimizer);
    scaler.update();
    return loss;
  });
}

/** Calls a step as often as it takes until the program runs without the function: it is recorded twice before. */
function settled(step: ReturnType<MakeProgram>, x: Tensor, y: Tensor): ReturnType<MakeProgram> {
  for (let call = 0; call < 3; call++) step(x, y);
  return step;
}
