import { SGD } from '@evenkeel/optimizers';
import { closeIteration, memory, noGrad, useBackend } from '@evenkeel/tensor';
import { type Check, expectThat } from './check.ts';
import { batchOf, type SmallModel, smallModel } from './small-model.ts';

const steps = 1000;
/** Looked at over several steps: the collector may give something back early, which must not look like growth. */
const window = 10;

/** One turn of a loop; a promise if it waits for a value. */
export type Turn = (step: number) => void | Promise<void>;

/** Loops that dispose of nothing, and must not grow. */
export function memoryChecks(): Check[] {
  return Object.entries(loops).map(([name, make]) => ({
    group: 'memory',
    name: `${steps} turns do not grow: ${name}`,
    async run({ subject }) {
      useBackend(subject);
      const growth = await measureGrowth(make(smallModel('float32')), steps);
      expectThat(growth === undefined, () => growth as string);
    },
  }));
}

const loops: Readonly<Record<string, (model: SmallModel) => Turn>> = {
  'training that never awaits': (model) => {
    const optimizer = new SGD(model.parameters, { lr: 0.01 });
    return (step) => {
      optimizer.zeroGrad();
      model.loss(batchOf(step, 'float32')).backward();
      optimizer.step();
    };
  },
  'training that awaits each loss, and evaluates': (model) => {
    const optimizer = new SGD(model.parameters, { lr: 0.01, momentum: 0.9 });
    return async (step) => {
      optimizer.zeroGrad();
      const loss = model.loss(batchOf(step, 'float32'));
      loss.backward();
      optimizer.step();
      await loss.item();
      await noGrad(() => model.loss(batchOf(step, 'float32'))).item();
      model.loss(batchOf(step, 'float32'));
    };
  },
  'evaluating in noGrad': (model) => (step) => noGrad(() => void model.loss(batchOf(step, 'float32'))),
  'evaluating with a loader': (model) => (step) => {
    closeIteration();
    model.loss(batchOf(step, 'float32'));
  },
};

/**
 * Whether a loop has more bytes or tensors alive at its end than at a fifth of it, in words; undefined if not.
 *
 * @param turns how many; the comparison is of the last few with those before turn `turns / 5`
 */
export async function measureGrowth(turn: Turn, turns: number): Promise<string | undefined> {
  const most = { early: { bytes: 0, tensors: 0 }, late: { bytes: 0, tensors: 0 } };
  for (let step = 1; step <= turns; step++) {
    const waiting = turn(step);
    if (waiting) await waiting;
    const { bytes, tensors } = memory();
    const when = step > turns - window ? most.late : most.early;
    if (step > turns - window || (step <= turns / 5 && step > turns / 5 - window)) {
      when.bytes = Math.max(when.bytes, bytes);
      when.tensors = Math.max(when.tensors, tensors);
    }
  }
  const { early, late } = most;
  if (late.bytes <= early.bytes && late.tensors <= early.tensors) return undefined;
  const told = ({ bytes, tensors }: typeof early) => `${bytes} bytes in ${tensors} tensors`;
  return `${told(early)} at turn ${turns / 5}, ${told(late)} at turn ${turns}`;
}
