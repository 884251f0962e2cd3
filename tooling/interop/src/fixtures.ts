import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSafetensors } from '@evenkeel/formats';
import { type Tensor, tensor } from '@evenkeel/tensor';
import { toStateDict } from './state-dict.ts';

/** A tensor as pytorch/make_fixtures.py writes it into JSON. */
export interface Numbers {
  shape: number[];
  dtype: 'float32' | 'int64' | 'bool';
  data: number[];
}

/** What PyTorch's module was called with, and what it gave. */
export interface Call {
  inputs: Numbers[];
  outputs: Numbers[];
}

const folder = join(import.meta.dirname, '../fixtures');

export function readJson<Content>(name: string): Content {
  return JSON.parse(readFileSync(join(folder, `${name}.golden`), 'utf8'));
}

/** A state dict that PyTorch made. */
export function readStateDict(name: string): Map<string, Tensor> {
  const path = join(folder, `${name.replaceAll(' ', '-')}.safetensors`);
  return toStateDict(readSafetensors(readFileSync(path), path).tensors);
}

export function fromNumbers({ shape, dtype, data }: Numbers): Tensor {
  if (dtype === 'bool') return tensor(Uint8Array.from(data), { shape, dtype: 'bool' });
  if (dtype === 'int64') return tensor(Int32Array.from(data), { shape, dtype: 'int32' });
  return tensor(Float32Array.from(data), { shape });
}
