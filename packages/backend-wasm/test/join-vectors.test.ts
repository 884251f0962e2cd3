import { afterEach, expect, test, vi } from 'vitest';
import { joinVectors, wasm } from '../src/index.ts';
import { numbers, runKernel } from './device.ts';
import { matmul } from './kernels.ts';

const setFlagsFromString = vi.fn();
const isUtf8 = vi.fn();
const node = {
  arch: 'x64',
  versions: { v8: '14.6.202.34-node.34' },
  getBuiltinModule: () => ({ setFlagsFromString, isUtf8 }),
};

afterEach(() => {
  vi.unstubAllGlobals();
  setFlagsFromString.mockClear();
});

test.each([
  ['a page', undefined],
  ['a host that is like Node', { ...node, getBuiltinModule: undefined }],
  ['another processor', { ...node, arch: 'arm64' }],
  ['an older Node', { ...node, versions: { v8: '13.6.233.17-node.41' } }],
])('vectors are not joined on %s', (_, host) => {
  vi.stubGlobal('process', host);
  expect(joinVectors()).toBeUndefined();
  expect(setFlagsFromString).not.toHaveBeenCalled();
});

test('V8 is told to join them', () => {
  vi.stubGlobal('process', node);
  const settle = joinVectors();
  expect(setFlagsFromString).toHaveBeenCalledExactlyOnceWith('--experimental-wasm-revectorize');
  expect(isUtf8).not.toHaveBeenCalled();
  settle?.();
  expect(isUtf8).toHaveBeenCalledOnce();
});

test('a backend cleans up behind each program', async () => {
  const wide = vi.fn();
  await runKernel(matmul(2, 3, 4, 'N', 'N'), [numbers(8), numbers(12), numbers(6)], { backend: wasm({ wide }) });
  expect(wide).toHaveBeenCalledOnce();
});
