import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getDefaultDtype, gradients, type Tensor, tensor } from '@evenkeel/tensor';
import type { Module } from '../../src/index.ts';

/** A tensor as the reference vectors hold it. */
export interface GoldenTensor {
  shape: number[];
  dtype: 'float64' | 'int64' | 'bool';
  data: (number | 'NaN' | 'Infinity' | '-Infinity')[];
  requires_grad?: boolean;
}

/** One case of tooling/goldens/cases/*.json; the README there says what the fields mean. */
export interface GoldenCase {
  name: string;
  op: string;
  call: string;
  attrs: Record<string, unknown>;
  inputs: Record<string, GoldenTensor>;
  params: Record<string, GoldenTensor>;
  outputs: Record<string, GoldenTensor>;
  cotangent: Record<string, GoldenTensor>;
  grads: Record<string, GoldenTensor>;
  cotangent2?: Record<string, GoldenTensor>;
  grad_of_grad?: Record<string, GoldenTensor>;
  rtol: number;
  atol: number;
}

/** Computes the outputs of a case; a module that it makes is handed to `load` first. */
export type Adapter = (
  inputs: Record<string, Tensor>,
  attrs: Record<string, never>,
  load: <Kind extends Module>(module: Kind) => Kind,
  golden: GoldenCase,
) => Record<string, Tensor>;

export function goldenCases(category: string): GoldenCase[] {
  const file = join(import.meta.dirname, '../../../../tooling/goldens/cases', `${category}.json`);
  return JSON.parse(readFileSync(file, 'utf8')).cases;
}

/** Everything in which a case's results differ from the reference, as sentences; empty when it passes. */
export async function differences(golden: GoldenCase, adapter: Adapter): Promise<string[]> {
  const inputs = mapValues(golden.inputs, toTensor);
  const leaves: Record<string, Tensor> = {};
  for (const [name, input] of Object.entries(inputs)) {
    if (golden.inputs[name]?.requires_grad) leaves[name] = input;
  }
  const load = <Kind extends Module>(module: Kind): Kind => {
    module.loadStateDict(mapValues(golden.params, toTensor));
    module.train(golden.attrs['training'] !== false);
    for (const [name, parameter] of module.namedParameters()) leaves[name] = parameter;
    return module;
  };
  const attrs = mapValues(golden.attrs, (value) => (value === 'Infinity' ? Number.POSITIVE_INFINITY : value));
  const outputs = adapter(inputs, attrs as Record<string, never>, load, golden);
  const problems = await compare('', outputs, golden.outputs, golden);

  const wanted = Object.keys(golden.grads).filter((name) => leaves[name]);
  if (wanted.length < Object.keys(golden.grads).length)
    problems.push(`no leaves for all of ${Object.keys(golden.grads)}`);
  if (wanted.length === 0) return problems;
  const createGraph = golden.grad_of_grad !== undefined;
  const found = gradients(
    Object.keys(golden.cotangent).map((name) => outputs[name] as Tensor),
    wanted.map((name) => leaves[name] as Tensor),
    { gradOutputs: Object.values(golden.cotangent).map(toTensor), createGraph },
  ) as Tensor[];
  const grads = Object.fromEntries(wanted.map((name, index) => [name, found[index] as Tensor]));
  problems.push(...(await compare('grad of ', grads, golden.grads, golden)));
  if (!golden.grad_of_grad || !golden.cotangent2) return problems;

  const names = Object.keys(golden.grad_of_grad);
  const second = gradients(
    Object.keys(golden.cotangent2).map((name) => grads[name] as Tensor),
    names.map((name) => leaves[name] as Tensor),
    { gradOutputs: Object.values(golden.cotangent2).map(toTensor) },
  ) as Tensor[];
  const gradOfGrad = Object.fromEntries(names.map((name, index) => [name, second[index] as Tensor]));
  return [...problems, ...(await compare('grad of grad of ', gradOfGrad, golden.grad_of_grad, golden))];
}

function toTensor(golden: GoldenTensor): Tensor {
  const dtype = golden.dtype === 'float64' ? getDefaultDtype() : golden.dtype === 'int64' ? 'int32' : 'bool';
  const data = golden.data.map(Number);
  return tensor(data, { shape: golden.shape, dtype, requiresGrad: golden.requires_grad ?? false });
}

async function compare(
  what: string,
  got: Record<string, Tensor>,
  want: Record<string, GoldenTensor>,
  { rtol, atol }: GoldenCase,
): Promise<string[]> {
  const problems: string[] = [];
  for (const [name, expected] of Object.entries(want)) {
    const actual = got[name];
    if (!actual) {
      problems.push(`${what}${name}: nothing`);
      continue;
    }
    if (actual.shape.join() !== expected.shape.join()) {
      problems.push(`${what}${name}: shape [${actual.shape}], want [${expected.shape}]`);
      continue;
    }
    const values = await actual.data();
    const wrong = expected.data.findIndex((value, index) => !near(Number(values[index]), Number(value), rtol, atol));
    if (wrong >= 0) problems.push(`${what}${name}[${wrong}]: ${values[wrong]}, want ${expected.data[wrong]}`);
  }
  return problems;
}

function near(got: number, want: number, rtol: number, atol: number): boolean {
  return Object.is(got, want) || got === want || Math.abs(got - want) <= atol + rtol * Math.abs(want);
}

function mapValues<From, To>(from: Record<string, From>, fn: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(from).map(([name, value]) => [name, fn(value)]));
}
