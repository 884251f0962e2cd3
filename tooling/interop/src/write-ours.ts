import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cpu } from '@evenkeel/backend-cpu';
import { writeSafetensors } from '@evenkeel/formats';
import { manualSeed, noGrad, Tensor, useBackend } from '@evenkeel/tensor';
import { type Call, fromNumbers, type Numbers, readJson } from './fixtures.ts';
import { layers, outputsOf } from './layers.ts';
import { models } from './models.ts';
import { advance, makeOptimizer, makeParameters, type OptimizerRun, stepsAfter, stepsBefore } from './optimizers.ts';
import { toSafetensors } from './state-dict.ts';

/**
 * Writes what pytorch/read_ours.py checks into a folder: every layer and model as they start, and every optimizer
 * after three steps, each with what it gives or does next here.
 */
async function main(folder: string): Promise<void> {
  useBackend(cpu());
  manualSeed(2024);
  mkdirSync(folder, { recursive: true });
  const calls: Record<string, Call> = {};
  for (const [name, { inputs }] of Object.entries(readJson<Record<string, Call>>('layers.json'))) {
    const layer = layers[name]!.make();
    const outputs = noGrad(() => outputsOf(name, layer, inputs.map(fromNumbers)));
    calls[name] = { inputs, outputs: await Promise.all(outputs.map(toNumbers)) };
    await writeTensors(folder, name, layer.stateDict());
  }
  writeJson(folder, 'layers', calls);

  const modelCalls: Record<string, Call> = {};
  for (const [name, { inputs }] of Object.entries(readJson<Record<string, Call>>('models.json'))) {
    const { make, call, mapBack = (stateDict) => stateDict } = models[name]!;
    const model = make().eval();
    const output = noGrad(() => call(model as never, inputs.map(fromNumbers)));
    modelCalls[name] = { inputs, outputs: [await toNumbers(output)] };
    await writeTensors(folder, name, mapBack(model.stateDict()));
  }
  writeJson(folder, 'models', modelCalls);

  for (const [name, { options }] of Object.entries(readJson<Record<string, OptimizerRun>>('optimizers.json'))) {
    const parameters = makeParameters();
    const optimizer = makeOptimizer(name, parameters, options);
    advance(optimizer, parameters, 0, stepsBefore);
    const { state, param_groups } = optimizer.stateDict();
    const entries = Object.entries(state).flatMap(([index, values]) =>
      Object.entries(values).map(([key, value]) => [`${index}.${key}`, value] as [string, Tensor | number]),
    );
    const tensors = entries.filter((entry): entry is [string, Tensor] => entry[1] instanceof Tensor);
    const numbers = entries.filter(([, value]) => !(value instanceof Tensor));
    await writeTensors(folder, name, tensors);
    const before = await Promise.all(parameters.map(toNumbers));
    advance(optimizer, parameters, stepsBefore, stepsBefore + stepsAfter);
    const after = await Promise.all(parameters.map(toNumbers));
    writeJson(folder, name, { param_groups, numbers: Object.fromEntries(numbers), before, after });
  }
  console.log(`wrote ${Object.keys(calls).length} layers, the models and the optimizers to ${folder}`);
}

async function writeTensors(folder: string, name: string, tensors: Iterable<readonly [string, Tensor]>): Promise<void> {
  const file = `${name.replaceAll(' ', '-')}.safetensors`;
  writeFileSync(join(folder, file), writeSafetensors(await toSafetensors(tensors), { format: 'pt' }));
}

function writeJson(folder: string, name: string, content: unknown): void {
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(content));
}

async function toNumbers(value: Tensor): Promise<Numbers> {
  return { shape: [...value.shape], dtype: 'float32', data: Array.from(await value.data(), Number) };
}

const [folder] = process.argv.slice(2);
if (!folder) {
  console.error('usage: node --conditions=@evenkeel/source src/write-ours.ts FOLDER');
  process.exitCode = 2;
} else await main(folder);
