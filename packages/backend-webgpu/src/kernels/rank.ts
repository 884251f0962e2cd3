import type { RankKernel } from '@evenkeel/backend';
import type { ShaderFunction } from '../renderer/functions/shader-function.ts';
import { sortKey } from '../renderer/functions/sort-key.ts';
import type { Renderer } from '../renderer/renderer.ts';
import type { Scope } from '../renderer/scope.ts';
import type { Drafts } from './compiled-kernel.ts';
import type { Draft } from './stage.ts';

/** Elements that are sorted by comparing each with all others. */
const blockLength = 32;

/**
 * Places in sorted lines, an invocation for each element: it counts those of its block that come before it. Then blocks are merged by
 * twos, until one is left: an element's place is its own among its block's, and behind those of the other that come before it, which it
 * finds by halving.
 */
export function draftRank(kernel: RankKernel): Drafts {
  const { outer, length, inner } = kernel;
  const count = outer * inner * length;
  if (count === 0) return { drafts: [] };
  const writers: ElementWriter[] = [sortBlock];
  for (let width = blockLength; width < length; width *= 2) writers.push(mergeBlocks(width, writers.length - 1));
  const drafts = writers.map((write, s) => draftOf(kernel, write, s + 1 === writers.length ? 'output' : s));
  return { drafts, workspaceWords: writers.length === 1 ? 0 : 4 * count };
}

/** Sets `key`, `position` (where the element was in its line) and `rank` (where it is now), from `i`, where it is before. */
type ElementWriter = (kernel: RankKernel, renderer: Renderer) => void;

/** @param to where the element is put: in the n-th order of the workspace, or as a place in the output */
function draftOf(kernel: RankKernel, write: ElementWriter, to: number | 'output'): Draft {
  const { outer, length, inner, output } = kernel;
  const count = outer * inner * length;
  return {
    count,
    each: 'element',
    write(renderer, scope) {
      scope.add(
        `let i = element % ${length}u;`,
        'let start = element - i;',
        `let line = i32(element / ${length}u);`,
        `let o = line / ${inner}i;`,
        `let r = line % ${inner}i;`,
      );
      renderer.setAxis(scope, 0, 'o');
      renderer.setAxis(scope, 2, 'r');
      write(kernel, renderer);
      if (to === 'output') {
        scope.add(renderer.write(output, `((o * ${length}i + i32(position)) * ${inner}i + r)`, 'rank'));
      } else {
        const { keys, positions } = order(kernel, to);
        scope.add(
          renderer.writeWorkspace(`${keys} + rank`, 'key'),
          renderer.writeWorkspace(`${positions} + rank`, 'position'),
        );
      }
    },
  };
}

/** Where a line's keys and positions begin in the workspace: there are two orders, and each stage writes the one that it does not read. */
function order({ outer, length, inner }: RankKernel, number: number): { keys: string; positions: string } {
  const count = outer * inner * length;
  const first = (number % 2) * 2 * count;
  return { keys: `${first}u + start`, positions: `${first + count}u + start` };
}

function sortBlock(kernel: RankKernel, renderer: Renderer): void {
  const { length, value, descending } = kernel;
  const scope = renderer.root;
  const toKey = sortKey(value.dtype) as ShaderFunction;
  const keyIn = (block: Scope, position: string): string => {
    renderer.setAxis(block, 1, position);
    const key = `${renderer.use(toKey)}(${renderer.keep(block, value)})`;
    return descending ? `~${key}` : key;
  };
  scope.add('let position = i;', 'var key = 0u;');
  const mine = scope.inner();
  mine.add(`key = ${keyIn(mine, 'i32(i)')};`);
  scope.block('{', mine);
  scope.add(`let first = i - i % ${blockLength}u;`, 'var rank = first;');
  const other = scope.inner();
  other.add(`let compared = ${keyIn(other, 'i32(at)')};`);
  other.add('rank += select(0u, 1u, compared < key || (compared == key && at < i));');
  scope.block(`for (var at = first; at < min(first + ${blockLength}u, ${length}u); at++) {`, other);
}

/** What stood first stays before what it equals: an element of the second block comes behind its equals in the first. */
function mergeBlocks(width: number, from: number): ElementWriter {
  return (kernel, renderer) => {
    const { length } = kernel;
    const scope = renderer.root;
    const { keys, positions } = order(kernel, from);
    scope.add(
      `let key = ${renderer.workspace(`${keys} + i`)};`,
      `let position = ${renderer.workspace(`${positions} + i`)};`,
      `let block = i / ${width}u;`,
      'let is_second = block % 2u == 1u;',
      `let other = min((block ^ 1u) * ${width}u, ${length}u);`,
      'var low = other;',
      `var high = min(other + ${width}u, ${length}u);`,
    );
    scope.block('while (low < high) {', [
      'let middle = (low + high) / 2u;',
      `let compared = ${renderer.workspace(`${keys} + middle`)};`,
      'let is_before = compared < key || (compared == key && is_second);',
      'low = select(low, middle + 1u, is_before);',
      'high = select(middle, high, is_before);',
    ]);
    scope.add(`let rank = i % ${width}u + block / 2u * ${2 * width}u + low - other;`);
  };
}
