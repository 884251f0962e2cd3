import type { RepeatValue, Value } from '../graph/value.ts';
import type { Stages } from '../plan/plan.ts';
import { columns, sizeText, typeOf } from './text.ts';

/** How many characters the time of a program takes. */
const width = 40;

/**
 * The memory that a program's kernels share: what lies where, and from which step of the program to which it is needed, also as a bar. What is not needed at
 * the same time may lie at the same place.
 */
export function printMemory({ arena, parts }: Stages): string {
  if (arena.bytes === 0) return 'no memory between kernels';
  const percent = ((100 * arena.bytes) / arena.unshared).toFixed(0);
  const head = `arena of ${sizeText(arena.bytes)}, ${percent} % of the ${sizeText(arena.unshared)} that it holds in turn`;
  // A part of the plan may be several steps of the program.
  const starts = [0];
  for (const part of parts) starts.push((starts.at(-1) as number) + ('kernels' in part ? part.kernels.length : 1));
  const scale = Math.min(1, width / (starts.at(-1) as number));
  const uses = [...arena.uses].sort(([, a], [, b]) => a.offset - b.offset || a.first - b.first);
  const rows = uses.map(([what, use]) => {
    const { offset, bytes } = use;
    const [first, last] = [starts[use.first] as number, (starts[use.last + 1] as number) - 1];
    const from = Math.floor(first * scale);
    const bar = '█'.repeat(Math.max(1, Math.floor((last + 1) * scale) - from));
    return [
      `${offset}`,
      sizeText(bytes),
      first === last ? `${first}` : `${first}–${last}`,
      `${' '.repeat(from)}${bar}`,
      contentOf(what),
    ];
  });
  return [head, ...columns([['offset', 'size', 'steps', '', 'holds'], ...rows], '  ')].join('\n');
}

function contentOf(what: object): string {
  if (Array.isArray(what)) {
    const values = (what as { what: Value }[]).map((member) => member.what);
    return `${values.length} side by side: ${values
      .slice(0, 4)
      .map(({ id }) => `%${id}`)
      .join(' ')}${values.length > 4 ? ' …' : ''}`;
  }
  const value = what as Value | RepeatValue;
  return value.kind === 'repeat' ? `what a turn of %${value.id} works in` : `%${value.id} ${typeOf(value)}`;
}
