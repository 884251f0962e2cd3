import { cpu } from '@evenkeel/backend-cpu';
import { Module } from '@evenkeel/nn-layers';
import { useBackend } from '@evenkeel/tensor';
import { beforeAll, expect, test } from 'vitest';
import * as models from '../src/index.ts';
import { tinyModels } from './support/tiny-models.ts';

/** What others are built of: it need only be part of a tiny model. */
const parts = new Set(['BasicBlock', 'Bottleneck', 'GraphConvolution', 'Inception']);

const exported = Object.entries(models).flatMap(([name, value]) =>
  typeof value === 'function' && value.prototype instanceof Module ? [[name, value] as const] : [],
);

let tiny: Module[] = [];

beforeAll(() => {
  useBackend(cpu());
  tiny = Object.values(tinyModels).map((make) => make().model);
});

test.each(exported)('%s, which is exported, is trained compiled and eager on every backend', (name, kind) => {
  const found = parts.has(name) ? tiny.flatMap((model) => [...model.modules()]) : tiny;
  expect(found.some((module) => module.constructor === kind)).toBe(true);
});
