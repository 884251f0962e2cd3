import { tensorsIn } from '../engine/scope.ts';
import type { RecordedCall } from '../recording/watcher.ts';
import { argumentNames } from './names.ts';

/** Why a call of a compiled function was written down instead of replayed. */
export function reasonFor(call: RecordedCall): string {
  if (call.isCompared) return 'recorded again, to be compared with the program that there is';
  const latest = call.guards.at(-1);
  if (!latest) return `recorded, the first call with ${argumentsOf(call)}`;
  const changed = latest.find(({ read, value }) => !Object.is(read(), value));
  if (!changed) return 'recorded, for the recording before did not hold';
  const of = changed.of ? ` of a ${changed.of.constructor.name}` : '';
  const change = `${told(changed.value)} to ${told(changed.read())}`;
  return `recorded, for a guard${of} went from ${change}: ${changed.read}`;
}

/** The arguments: tensors by their types, the rest as it is. */
function argumentsOf({ fn, args }: RecordedCall): string {
  const tensors = [...argumentNames(fn, args)].map(([{ dtype, shape }, name]) => `${name} ${dtype}[${shape}]`);
  const others = args.filter((arg) => tensorsIn(arg).length === 0).map(told);
  return [...tensors, ...others].join(', ') || 'no arguments';
}

function told(value: unknown): string {
  return value !== null && typeof value === 'object' ? `one ${value.constructor.name}` : String(value);
}
