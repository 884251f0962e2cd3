import { afterEach, expect, test, vi } from 'vitest';
import { joinVectors } from '../src/index.ts';

const setFlagsFromString = vi.fn();
const node = {
  arch: 'x64',
  versions: { v8: '14.6.202.34-node.34' },
  getBuiltinModule: () => ({ setFlagsFromString }),
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
  expect(joinVectors()).toBe(false);
  expect(setFlagsFromString).not.toHaveBeenCalled();
});

test('V8 is told to join them', () => {
  vi.stubGlobal('process', node);
  expect(joinVectors()).toBe(true);
  expect(setFlagsFromString).toHaveBeenCalledExactlyOnceWith('--experimental-wasm-revectorize');
});
