import { identityOf, type ScanKernel } from '@evenkeel/backend';
import type { Drafts } from './compiled-kernel.ts';
import type { Profile } from './profile.ts';
import type { Draft } from './stage.ts';

const mostLanes = 128;
/** Elements of a line that are worth another invocation. */
const leastOfPart = 8;

/**
 * Running folds. A workgroup takes one or more lines; the lanes of a line fold a piece of it each, then all pieces before their
 * own, then write their piece.
 */
export function draftScan(kernel: ScanKernel, { sharedMemory }: Profile): Drafts {
  const { outer, length, inner, output, fn, reverse } = kernel;
  const lines = outer * inner;
  if (lines === 0 || length === 0) return { drafts: [] };
  const { dtype } = kernel.value;
  const most = sharedMemory ? mostLanes : 1;
  const lanes = Math.min(most, 2 ** Math.floor(Math.log2(Math.max(1, length / leastOfPart))));
  const columns = Math.max(1, 64 / lanes);
  const piece = Math.ceil(length / lanes);
  const groups = Math.ceil(lines / columns);
  const draft: Draft = {
    count: groups,
    workgroup: columns * lanes,
    write(renderer, scope) {
      const start = renderer.constant(dtype, identityOf(fn, dtype));
      const fold = (a: string, b: string): string => renderer.combined(fn, dtype, a, b);
      scope.add(
        `let member = lane % ${lanes}u;`,
        `let wanted = group * ${columns}u + lane / ${lanes}u;`,
        `let line = i32(min(wanted, ${lines - 1}u));`,
        `let o = line / ${inner}i;`,
        `let r = line % ${inner}i;`,
        `let first = member * ${piece}u;`,
        `let end = min(first + ${piece}u, ${length}u);`,
      );
      renderer.setAxis(scope, 0, 'o');
      renderer.setAxis(scope, 2, 'r');
      const walk = (total: string, write: boolean): void => {
        const body = scope.inner();
        body.add(reverse ? `let i = ${length - 1}i - i32(step);` : 'let i = i32(step);');
        renderer.setAxis(body, 1, 'i');
        body.add(`${total} = ${fold(total, renderer.keep(body, kernel.value))};`);
        const index = `((o * ${length}i + i) * ${inner}i + r)`;
        const store = (): string => renderer.write(output, index, renderer.rounded(output, total));
        if (write) body.block(`if (wanted < ${lines}u) {`, [store()]);
        scope.block('for (var step = first; step < end; step++) {', body);
      };
      scope.add(`var total = ${start};`);
      if (lanes > 1) {
        renderer.share('pieces', dtype, columns * lanes);
        scope.add(`var own = ${start};`);
        walk('own', false);
        scope.add('pieces[lane] = own;', 'workgroupBarrier();');
        scope.block('for (var before = lane - member; before < lane; before++) {', [
          `total = ${fold('total', 'pieces[before]')};`,
        ]);
      }
      walk('total', true);
    },
  };
  return { drafts: [draft] };
}
