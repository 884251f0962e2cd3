import { cpu } from '@evenkeel/backend-cpu';
import { ShapeError, StateDictError } from '@evenkeel/errors';
import { Parameter, type Tensor, tensor, useBackend, zeros } from '@evenkeel/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import { Dropout, LayerNorm, Linear, Module, ModuleDict, ModuleList, ReLU, Sequential } from '../src/index.ts';

beforeAll(() => useBackend(cpu()));

class Block extends Module {
  scale = new Parameter(tensor([2]));
  layers = [new Linear(3, 3), new LayerNorm(3)];
  declare table: Tensor;
  declare scratch: Tensor;

  constructor() {
    super();
    this.registerBuffer('table', tensor([1, 2]));
    this.registerBuffer('scratch', tensor([0]), { persistent: false });
  }

  override forward(input: Tensor): Tensor {
    let output = input.mul(this.scale);
    for (const layer of this.layers) output = layer.call(output);
    return output;
  }
}

describe('Module', () => {
  test('finds parameters, buffers and modules by property, its own before its children’s', () => {
    const block = new Block();
    expect(block.namedParameters().map(([name]) => name)).toEqual([
      'scale',
      'layers.0.weight',
      'layers.0.bias',
      'layers.1.weight',
      'layers.1.bias',
    ]);
    expect(block.namedBuffers().map(([name]) => name)).toEqual(['table', 'scratch']);
    expect(block.namedModules().map(([name]) => name)).toEqual(['', 'layers.0', 'layers.1']);
    expect([...block.stateDict().keys()]).toEqual([
      'scale',
      'table',
      'layers.0.weight',
      'layers.0.bias',
      'layers.1.weight',
      'layers.1.bias',
    ]);
  });

  test('names a shared parameter once among the parameters and twice in the state dict', () => {
    const net = new Sequential(new Linear(3, 3, { bias: false }), new Linear(3, 3, { bias: false }));
    const [first, second] = [...net] as [Linear, Linear];
    second.weight = first.weight;
    expect(net.namedParameters().map(([name]) => name)).toEqual(['0.weight']);
    expect([...net.stateDict().keys()]).toEqual(['0.weight', '1.weight']);
  });

  test('puts the path of the module that failed in front of the error', () => {
    const net = new Sequential({
      encoder: new Sequential(new Linear(4, 4), new LayerNorm(4)),
      head: new Sequential(new ReLU(), new Linear(5, 2)),
    });
    const run = (): Tensor => net.call(zeros([2, 4]));
    expect(run).toThrow(ShapeError);
    expect(run).toThrow(/^head\.1: linear: .*\n {2}got: input \[2, 4\] and weight \[2, 5\]/);
  });

  test('counts array properties into the path', () => {
    const outer = new Sequential({ block: new Block() });
    expect(() => outer.call(zeros([2, 3])).shape).not.toThrow();
    const [block] = [...outer] as unknown as [Block];
    block.layers[1] = new LayerNorm(7);
    expect(() => outer.call(zeros([2, 3]))).toThrow(/^block\.layers\.1: layerNorm: /);
  });

  test('switches training and evaluation all the way down', () => {
    const net = new Sequential(new Dropout(0.5), new Sequential(new Dropout(0.5)));
    net.eval();
    expect(net.modules().map((module) => module.training)).toEqual([false, false, false, false]);
    net.train();
    expect(net.modules().every((module) => module.training)).toBe(true);
  });

  test('runs hooks in order, lets them replace inputs and outputs, and forgets removed ones', async () => {
    const layer = new ReLU();
    const seen: string[] = [];
    const before = layer.registerForwardPreHook((_module, [input]) => {
      seen.push('before');
      return [(input as Tensor).neg()];
    });
    layer.registerForwardHook((_module, [input], output) => {
      seen.push('after');
      return (output as Tensor).add(input as Tensor);
    });
    expect(await layer.call(tensor([-1, 2])).tolist()).toEqual([2, -2]);
    before.remove();
    expect(await layer.call(tensor([-1, 2])).tolist()).toEqual([-1, 4]);
    expect(seen).toEqual(['before', 'after', 'after']);
  });

  test('applies a function to children before their parent', () => {
    const order: string[] = [];
    const net = new Sequential(new ReLU(), new Sequential(new Dropout()));
    net.apply((module) => order.push(module.constructor.name));
    expect(order).toEqual(['ReLU', 'Dropout', 'Sequential', 'Sequential']);
  });

  test('freezes every parameter with requiresGrad_(false)', () => {
    const net = new Sequential(new Linear(2, 2));
    net.requiresGrad_(false);
    expect(net.call(zeros([1, 2])).requiresGrad).toBe(false);
    net.requiresGrad_();
    expect(net.call(zeros([1, 2])).requiresGrad).toBe(true);
  });

  test('drops gradients with zeroGrad', () => {
    const layer = new Linear(2, 1);
    layer
      .call(tensor([[1, 2]]))
      .sum()
      .backward();
    expect(layer.weight.grad).toBeDefined();
    layer.zeroGrad();
    expect(layer.weight.grad).toBeUndefined();
  });

  test('clones into parameters of their own, sharing inside as the original does', async () => {
    const net = new Sequential(new Linear(2, 2), new Linear(2, 2));
    const [first, second] = [...net] as [Linear, Linear];
    second.weight = first.weight;
    const copy = net.clone();
    const [copiedFirst, copiedSecond] = [...copy] as [Linear, Linear];
    expect(copiedFirst.weight).not.toBe(first.weight);
    expect(copiedSecond.weight).toBe(copiedFirst.weight);
    const original = await first.weight.tolist();
    copiedFirst.weight.assign(zeros([2, 2]));
    expect(await first.weight.tolist()).toEqual(original);
    expect(await copiedSecond.weight.tolist()).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(copy.call(tensor([[1, 1]])).requiresGrad).toBe(true);
  });
});

describe('state dicts', () => {
  test('carry every value into another module of the same make', async () => {
    const from = new Block();
    const into = new Block();
    from.scale.assign(tensor([7]));
    expect(into.loadStateDict(from.stateDict())).toEqual({ missingKeys: [], unexpectedKeys: [] });
    for (const [name, value] of into.stateDict()) {
      expect([name, await value.tolist()]).toEqual([name, await from.stateDict().get(name)?.tolist()]);
    }
    into.scale.assign(tensor([1]));
    expect(await from.scale.item()).toBe(7);
  });

  test('that do not fit are refused with every difference, and change nothing', async () => {
    const layer = new Linear(2, 3);
    const before = await layer.weight.tolist();
    const load = (): unknown => layer.loadStateDict({ weight: zeros([3, 4]), biass: zeros([3]) });
    expect(load).toThrow(StateDictError);
    expect(load).toThrow(/shape: weight is \[3, 4\], the module's is \[3, 2\]/);
    expect(load).toThrow(/missing: bias/);
    expect(load).toThrow(/unexpected: biass \(did you mean bias\?\)/);
    expect(await layer.weight.tolist()).toEqual(before);
  });

  test('may miss keys and have others when loading is not strict, but not of another shape', async () => {
    const layer = new Linear(2, 3);
    const result = layer.loadStateDict({ bias: tensor([1, 2, 3]), extra: zeros([1]) }, { strict: false });
    expect(result).toEqual({ missingKeys: ['weight'], unexpectedKeys: ['extra'] });
    expect(await layer.bias?.tolist()).toEqual([1, 2, 3]);
    expect(() => layer.loadStateDict({ bias: zeros([2]) }, { strict: false })).toThrow(StateDictError);
  });
});

describe('containers', () => {
  test('Sequential calls its modules in order, named by position or by key', async () => {
    const net = new Sequential({ first: new Linear(2, 2), relu: new ReLU() });
    net.loadStateDict({
      'first.weight': tensor([
        [1, 0],
        [0, -1],
      ]),
      'first.bias': tensor([0.5, 0]),
    });
    expect(await net.call(tensor([[1, 2]])).tolist()).toEqual([[1.5, 0]]);
    expect([...new Sequential(new ReLU(), new Linear(1, 1)).stateDict().keys()]).toEqual(['1.weight', '1.bias']);
  });

  test('ModuleList and ModuleDict hold modules of their owner under their own names', () => {
    class Owner extends Module {
      blocks = new ModuleList([new Linear(1, 1), new Linear(1, 2)]);
      heads = new ModuleDict({ a: new Linear(1, 3) });
      override forward(input: Tensor): Tensor {
        return this.heads.get('a').call(this.blocks.at(-1).call(input).narrow(-1, 0, 1));
      }
    }
    const owner = new Owner();
    expect(owner.call(zeros([1, 1])).shape).toEqual([1, 3]);
    expect([...owner.stateDict().keys()].filter((key) => key.endsWith('weight'))).toEqual([
      'blocks.0.weight',
      'blocks.1.weight',
      'heads.a.weight',
    ]);
    expect(() => owner.blocks.at(2)).toThrow(/index 2/);
    expect(() => owner.heads.get('b')).toThrow(/'b'/);
    expect(() => owner.blocks.call()).toThrow(/call its modules one by one/);
  });
});
