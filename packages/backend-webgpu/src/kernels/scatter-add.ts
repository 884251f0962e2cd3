import type { ScatterAddKernel } from '@evenkeel/backend';
import { bounded } from '../renderer/faults.ts';
import { valueOfWord, wordOfValue } from '../renderer/renderer.ts';
import type { Drafts } from './compiled-kernel.ts';
import type { Profile } from './profile.ts';
import type { Draft } from './stage.ts';

/** Invocations that keep a device busy: one in hardware, and one in software, where each reads all indices in vain but for its own. */
const enough = { hardware: 8192, software: 256 };

/**
 * Adds in the order of the sources, without atomics: each invocation owns some destinations of a line, reads the indices of all
 * its sources, and adds those that are its own.
 */
export function draftScatterAdd(kernel: ScatterAddKernel, { sharedMemory }: Profile): Drafts {
  const { outer, length, inner, size, output } = kernel;
  const lines = outer * inner;
  if (lines === 0 || size === 0 || length < 0) return { drafts: [] };
  const owners = Math.min(size, Math.max(1, Math.ceil((sharedMemory ? enough.hardware : enough.software) / lines)));
  const owned = Math.ceil(size / owners);
  const count = lines * Math.ceil(size / owned);
  const { dtype } = kernel.value;
  // The sums of what is stored as float16 are float32 until they are whole.
  const isRounded = kernel.bindings[output]?.dtype !== dtype;
  const draft: Draft = {
    count,
    each: 'invocation',
    write(renderer, scope) {
      scope.add(
        `let line = i32(invocation % ${lines}u);`,
        `let first = i32(invocation / ${lines}u) * ${owned}i;`,
        `let end = min(first + ${owned}i, ${size}i);`,
        `let o = line / ${inner}i;`,
        `let r = line % ${inner}i;`,
      );
      renderer.setAxis(scope, 0, 'o');
      renderer.setAxis(scope, 2, 'r');
      const at = (index: string): string => `((o * ${size}i + ${index}) * ${inner}i + r)`;
      const read = (index: string): string =>
        isRounded ? valueOfWord(dtype, renderer.workspace(`u32${at(index)}`)) : renderer.read(output, at(index));
      const write = (index: string, value: string): string =>
        isRounded
          ? renderer.writeWorkspace(`u32${at(index)}`, wordOfValue(dtype, value))
          : renderer.write(output, at(index), value);
      const each = 'for (var s = first; s < end; s++) {';
      scope.block(each, [write('s', renderer.constant(dtype, 0))]);
      const body = scope.inner();
      renderer.setAxis(body, 1, 'i');
      const index = renderer.keep(body, kernel.index);
      body.add(`if (${renderer.use(bounded(renderer.access))}(${index}, ${size}i) != ${index}) {`, '  continue;', '}');
      const mine = body.inner();
      const value = renderer.keep(mine, kernel.value);
      const sum = renderer.combined('sum', dtype, read(index), value);
      mine.add(write(index, sum));
      body.block(`if (${index} >= first && ${index} < end) {`, mine);
      scope.block(`for (var i = 0i; i < ${length}i; i++) {`, body);
      if (isRounded) scope.block(each, [renderer.write(output, at('s'), renderer.rounded(output, read('s')))]);
    },
  };
  return { drafts: [draft], workspaceWords: isRounded ? lines * size : 0 };
}
