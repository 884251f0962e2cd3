import '@evenkeel/tensor/methods';
import { cat, compile, manualSeed, noGrad, Parameter, rand, type Tensor, tensor } from '@evenkeel/tensor';
import { expect, test } from 'vitest';
import { onOracle } from './on-oracle.ts';

onOracle('float32');

const shapes = [[3, 4], [5], [], [2, 8], [16], [4, 4], [1], [7, 3]];
const calls = 12;

/** Whole numbers below a limit, the same for the same seed. */
function dice(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

type Update = (x: Tensor) => Tensor;

/** Parameters with two states each, and updates of some of them in some order that share what they read and write. */
class Model {
  readonly parameters: Parameter[];
  readonly first: Parameter[];
  readonly second: Parameter[];
  readonly #roll: (below: number) => number;

  constructor(roll: (below: number) => number) {
    this.#roll = roll;
    this.parameters = Array.from({ length: 2 + roll(6) }, () => new Parameter(rand(shapes[roll(8)] as number[])));
    this.first = this.parameters.map(({ shape }) => new Parameter(rand(shape)));
    this.second = this.parameters.map(({ shape }) => new Parameter(rand(shape)));
  }

  get all(): Parameter[] {
    return [...this.parameters, ...this.first, ...this.second];
  }

  update(): Update {
    const [chosen, averaged] = [this.#some(), this.#some()];
    const [kind, clips, reverses, average] = [this.#roll(4), this.#roll(2), this.#roll(2), this.#roll(3)];
    return (x) =>
      noGrad(() => {
        const gradients = chosen.map(([p, m]) => p.mul(x).add(m.mul(0.1)).tanh());
        const parts = gradients.map((gradient) => gradient.reshape([-1]));
        const joined = cat(reverses === 1 ? parts.reverse() : parts);
        const factor = clips === 1 ? joined.square().sum().add(1).sqrt().reciprocal() : tensor(0.5);
        chosen.forEach(([p, m, v], i) => {
          const gradient = (gradients[i] as Tensor).mul(factor);
          if (kind > 0) m.assign(m.mul(0.9).add(gradient));
          if (kind > 1) v.assign(v.mul(0.8).add(gradient.square()));
          p.assign(p.sub((kind > 1 ? m.div(v.sqrt().add(1)) : gradient).mul(0.1)));
          if (average === 1) v.assign(v.mul(0.5).add(p.mul(0.25)).square());
        });
        if (average === 2) for (const [p, , v] of averaged) v.assign(v.mul(0.5).add(p.mul(0.25)).square());
        return joined.sum();
      });
  }

  /** What may happen to parameters between two calls: another value, other memory, somebody who looks on. */
  disturb(onlookers: Tensor[]): void {
    const [p, m] = this.#members()[this.#roll(this.parameters.length)] as Parameter[] as [Parameter, Parameter];
    const what = this.#roll(6);
    if (what === 0) noGrad(() => void p.assign(p.mul(1.5)));
    if (what === 1) noGrad(() => void m.assign(rand(m.shape)));
    if (what === 2) onlookers.push(p.detach());
    if (what === 3) onlookers.length = 0;
  }

  #members(): [Parameter, Parameter, Parameter][] {
    return this.parameters.map((p, i) => [p, this.first[i] as Parameter, this.second[i] as Parameter]);
  }

  #some(): [Parameter, Parameter, Parameter][] {
    const members = this.#members().sort(() => this.#roll(2) - 0.5);
    return this.#roll(2) === 0 ? members : members.slice(0, 1 + this.#roll(members.length));
  }
}

/** Everything that can be seen of a few calls of some updates. */
async function story(seed: number, run: (update: Update) => Update): Promise<number[][]> {
  manualSeed(seed);
  const roll = dice(seed);
  const model = new Model(roll);
  const updates = Array.from({ length: 1 + roll(3) }, () => run(model.update()));
  const onlookers: Tensor[] = [];
  const seen: number[][] = [];
  for (let call = 0; call < calls; call++) {
    // First each for a while, so that it is settled, then in turns.
    const update = updates[call < 8 ? (call >> 2) % updates.length : roll(updates.length)] as Update;
    const result = update(rand([]).add(call * 0.1));
    for (const tensor of [result, ...onlookers]) seen.push([...(await tensor.data())]);
    model.disturb(onlookers);
  }
  for (const tensor of model.all) seen.push([...(await tensor.data())]);
  return seen;
}

test('updates of many parameters, however they share and whatever happens in between, give what they give one by one', async () => {
  let together = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const compiled: ReturnType<typeof compile<[Tensor], Tensor>>[] = [];
    const got = await story(seed, (update) => {
      const made = compile(update);
      compiled.push(made);
      return made;
    });
    expect(got, `seed ${seed}`).toEqual(await story(seed, (update) => update));
    together += compiled.filter((made) => made.plans().some(({ rows }) => rows.length > 0)).length;
  }
  // Otherwise nothing was tried.
  expect(together).toBeGreaterThan(60);
});
