import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import {
  BatchNorm1d,
  CrossEntropyLoss,
  Dropout,
  Embedding,
  GRU,
  InstanceNorm1d,
  LayerNorm,
  Linear,
  LSTM,
  Module,
  ModuleDict,
  ModuleList,
  MultiheadAttention,
  ReLU,
  Sequential,
  spectralNorm,
  Tanh,
  TransformerEncoderLayer,
  weightNorm,
} from '@evenkeel/nn-layers';
import {
  compile,
  hostGuard,
  manualSeed,
  noGrad,
  type Parameter,
  rand,
  type Tensor,
  tensor,
  useBackend,
} from '@evenkeel/tensor';
import { beforeEach, describe, expect, test } from 'vitest';

type Run = <Args extends readonly unknown[], Result>(fn: (...args: Args) => Result) => (...args: Args) => Result;

/** Past the first check of a program that runs. */
const calls = 11;
const batch = (i: number, width = 4) =>
  tensor(Array.from({ length: 6 }, (_, row) => Array.from({ length: width }, (_, k) => Math.sin(5 * i + 2 * row + k))));

async function contents(tensors: Iterable<Tensor>): Promise<number[][]> {
  return Promise.all([...tensors].map(async (each) => [...(await each.data())]));
}

/** A program compiled and as it is written: the same bits on the oracle, within 1e-5 of the largest number of each list elsewhere. */
async function expectTheSame(where: string, program: (run: Run) => Promise<number[][]>): Promise<void> {
  const [got, expected] = [await program(compile as Run), await program((fn) => fn)];
  if (where === 'cpu') expect(got).toEqual(expected);
  else {
    expect(got).toEqual(
      expected.map((list) =>
        list.map((x) => expect.closeTo(x, -Math.log10(2e-5 * Math.max(1, ...list.map(Math.abs))))),
      ),
    );
  }
}

/** Trains a model for some steps; gives losses, parameters and buffers after each. */
async function trained(
  run: Run,
  model: Module,
  forward: (x: Tensor) => Tensor,
  between: (call: number) => void = () => {},
  width = 4,
): Promise<number[][]> {
  const lossOf = new CrossEntropyLoss();
  const classes = tensor([0, 1, 2, 0, 1, 2], { dtype: 'int32' }).keep();
  const step = run((x: Tensor) => {
    model.zeroGrad();
    const loss = lossOf.call(forward(x), classes);
    loss.backward();
    noGrad(() => {
      for (const p of model.parameters()) if (p.grad) p.assign(p.sub(p.grad.mul(0.1)));
    });
    return loss;
  });
  const history: number[][] = [];
  for (let i = 0; i < calls; i++) {
    between(i);
    history.push(...(await contents([step(batch(i, width)), ...model.parameters(), ...model.buffers()])));
  }
  return history;
}

const everyModel: readonly (readonly [name: string, make: () => readonly [Module, (x: Tensor) => Tensor]])[] = [
  ['batch norm', () => sequential(new Linear(4, 8), new BatchNorm1d(8), new ReLU(), new Linear(8, 3))],
  [
    'batch norm by the plain mean',
    () => sequential(new Linear(4, 8), new BatchNorm1d(8, { momentum: null }), new Linear(8, 3)),
  ],
  [
    'instance norm with running statistics',
    () => {
      const model = new Sequential(new InstanceNorm1d(2, { trackRunningStats: true, affine: true }));
      const head = new Linear(4, 3);
      model.append(head);
      return [
        model,
        (x) =>
          head.call(
            model
              .at(0)
              .call(x.reshape([6, 2, 2]))
              .reshape([6, 4]),
          ),
      ];
    },
  ],
  ['layer norm and dropout', () => sequential(new Linear(4, 8), new LayerNorm(8), new Dropout(0.3), new Linear(8, 3))],
  ['spectral norm', () => sequential(spectralNorm(new Linear(4, 8)), new Tanh(), new Linear(8, 3))],
  ['weight norm', () => sequential(weightNorm(new Linear(4, 8)), new Tanh(), weightNorm(new Linear(8, 3)))],
  ['an LSTM of two layers with dropout', () => recurrent((options) => new LSTM(2, 3, options))],
  ['a GRU in both directions', () => recurrent((options) => new GRU(2, 3, { ...options, bidirectional: true }))],
  [
    'attention with dropout',
    () => {
      const model = new MultiheadAttention(4, 2, { dropout: 0.25, batchFirst: true });
      return [model, (x) => model.call(x.unsqueeze(0), x.unsqueeze(0), x.unsqueeze(0))[0].squeeze(0).slice(1, 0, 3)];
    },
  ],
  [
    'an encoder layer over embeddings',
    () => {
      const model = new ModuleList<Module>([
        new Embedding(5, 8),
        new TransformerEncoderLayer(8, 2, { dimFeedforward: 16, dropout: 0.1, batchFirst: true }),
      ]);
      return [
        model,
        (x) => {
          const tokens = x.abs().mul(4.99).floor().to('int32');
          const embedded = (model.at(0) as Embedding).call(tokens);
          return (model.at(1) as TransformerEncoderLayer).call(embedded).mean(1).slice(1, 0, 3);
        },
      ];
    },
  ],
];

function sequential(...modules: ConstructorParameters<typeof Sequential>): readonly [Module, (x: Tensor) => Tensor] {
  const model = new Sequential(...modules);
  return [model, (x) => model.call(x)];
}

function recurrent(
  make: (options: { numLayers: number; dropout: number; batchFirst: boolean }) => LSTM | GRU,
): readonly [Module, (x: Tensor) => Tensor] {
  const model = make({ numLayers: 2, dropout: 0.2, batchFirst: true });
  return [
    model,
    (x) =>
      model
        .call(x.reshape([6, 2, 2]))[0]
        .mean(1)
        .slice(1, 0, 3),
  ];
}

describe.each([
  ['cpu', cpu],
  ['wasm', wasm],
] as const)('compiled on %s', (where, backend) => {
  beforeEach(() => {
    useBackend(backend());
    manualSeed(5);
  });

  test.each(everyModel)('%s trains as it does eagerly', async (_name, make) => {
    await expectTheSame(where, async (run) => {
      manualSeed(5);
      const [model, forward] = make();
      return trained(run, model, forward);
    });
  });

  test.each(everyModel)('%s may be switched to evaluation and back', async (_name, make) => {
    await expectTheSame(where, async (run) => {
      manualSeed(6);
      const [model, forward] = make();
      return trained(run, model, forward, (i) => void model.train(i % 4 < 2));
    });
  });

  test('masks are those of eager calls, bit for bit, with other draws in between', async () => {
    const masks = async (run: Run): Promise<number[][]> => {
      manualSeed(9);
      const dropout = new Dropout(0.5);
      const drop = run((x: Tensor) => dropout.call(x));
      const history: number[][] = [];
      for (let i = 0; i < calls; i++) history.push(...(await contents([drop(batch(i)), rand([3])])));
      return history;
    };
    expect(await masks(compile as Run)).toEqual(await masks((fn) => fn));
  });

  test('a probability that is changed between calls takes effect', async () => {
    await expectTheSame(where, async (run) => {
      manualSeed(9);
      const dropout = new Dropout(0.5);
      const drop = run((x: Tensor) => dropout.call(x));
      const history: number[][] = [];
      for (let i = 0; i < calls; i++) {
        dropout.p = i < 4 ? 0.5 : i < 7 ? 0 : 0.25;
        history.push(...(await contents([drop(batch(i))])));
      }
      return history;
    });
  });

  test('the momentum of a batch norm that is changed between calls takes effect', async () => {
    await expectTheSame(where, async (run) => {
      manualSeed(2);
      const norm = new BatchNorm1d(4);
      const model = new Sequential(norm, new Linear(4, 3));
      return trained(
        run,
        model,
        (x) => model.call(x),
        (i) => Object.assign(norm, { momentum: i < 5 ? 0.1 : 0.5 }),
      );
    });
  });

  test('hooks that are added and removed between calls take effect, and old programs are known again', async () => {
    const model = new Sequential(new Linear(4, 3));
    const compiled = compile((x: Tensor) => model.call(x));
    const expected = async (x: Tensor) => [...(await model.call(x).data())];
    let hook: { remove(): void } | undefined;
    for (let i = 0; i < 15; i++) {
      if (i === 4) hook = model.at(0).registerForwardHook((_module, _inputs, output) => (output as Tensor).mul(2));
      if (i === 8) hook?.remove();
      if (i === 11) hook = model.registerForwardPreHook((_module, [x]) => [(x as Tensor).neg()]);
      const [got] = await contents([compiled(batch(i))]);
      const right = await expected(batch(i));
      expect(got).toEqual(where === 'cpu' ? right : right.map((x) => expect.closeTo(x, 5)));
    }
    expect(compiled.counters.planned).toBe(3);
  });

  test('modules that are added to a container between calls take part', async () => {
    const list = new ModuleList([new Linear(4, 4)]);
    const named = new ModuleDict({ head: new Linear(4, 3) });
    const model = new Sequential(new Tanh());
    const forward = (x: Tensor) => {
      let y = x;
      for (const layer of list) y = layer.call(y);
      return model.call(named.get('head').call(y));
    };
    const compiled = compile(forward);
    for (let i = 0; i < 16; i++) {
      if (i === 3) list.append(new Linear(4, 4));
      if (i === 6) named.set('head', new Linear(4, 3));
      if (i === 9) model.append(new ReLU());
      const [got] = await contents([compiled(batch(i))]);
      const [right] = await contents([forward(batch(i))]);
      expect(got).toEqual(where === 'cpu' ? right : right?.map((x) => expect.closeTo(x, 5)));
    }
  });

  test('parameters that are frozen between calls stay, and a state dict that is loaded takes effect', async () => {
    await expectTheSame(where, async (run) => {
      manualSeed(4);
      const [first, last] = [new Linear(4, 5), new Linear(5, 3)];
      const model = new Sequential(first, new BatchNorm1d(5), last);
      const before = new Map([...model.stateDict()].map(([name, value]) => [name, value.clone().keep()]));
      return trained(
        run,
        model,
        (x) => model.call(x),
        (i) => {
          first.requiresGrad_(i < 3 || i > 6);
          if (i === 5 || i === 9) model.loadStateDict(before);
        },
      );
    });
  });

  test('a copy of the state dict between calls is not changed by later ones', async () => {
    const model = new Sequential(new Linear(4, 3), new BatchNorm1d(3));
    const copies: Map<string, Tensor>[] = [];
    const seen: number[][][] = [];
    await trained(
      compile as Run,
      model,
      (x) => model.call(x),
      () => {
        copies.push(new Map([...model.stateDict()].map(([name, value]) => [name, value.detach().keep()])));
      },
    ).then((history) => {
      const per = history.length / calls;
      for (let i = 0; i < calls - 1; i++) seen.push(history.slice(i * per + 1, (i + 1) * per));
    });
    for (const [i, after] of seen.entries()) {
      expect((await contents((copies[i + 1] as Map<string, Tensor>).values())).flat().sort()).toEqual(
        after.flat().sort(),
      );
    }
  });

  test("a module's own flag is a guard where it says so", async () => {
    class Gate extends Module {
      isOpen = true;
      declare readonly weight: Parameter;
      override forward(x: Tensor): Tensor {
        return hostGuard(() => this.isOpen) ? x : x.mul(0);
      }
    }
    const gate = new Gate();
    const compiled = compile((x: Tensor) => gate.call(x).add(1));
    for (let i = 0; i < 8; i++) {
      gate.isOpen = i % 3 > 0;
      const [got] = await contents([compiled(tensor([1, 2]))]);
      expect(got).toEqual(gate.isOpen ? [2, 3] : [1, 1]);
    }
  });
});
