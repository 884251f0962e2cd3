import type { Graph } from '../graph/graph.ts';
import { sourcesOf, type Value } from '../graph/value.ts';
import { bodyNames, columns, type Names, nameOf, resultName, typeOf } from './text.ts';

/**
 * A graph as it was recorded: a line for each value with its type and what it comes from, then what the results are. Values that no result
 * depends on are marked; they are not computed. Equal operations are one value already.
 *
 * ```ts
 * const graph = new Graph();
 * const x = graph.input({ shape: [2, 3], dtype: 'float32' });
 * graph.result(graph.apply(primitives.mul, [x, x], {}));
 * console.log(printGraph(graph, { inputs: ['x'], results: ['square'] }));
 * // prints graph of 2 values
 * // prints   x   float32[2,3]  input
 * // prints   %1  float32[2,3]  mul x x
 * // prints   square = %1
 * ```
 */
export function printGraph(graph: Graph, names: Names = {}): string {
  return linesOf(graph, names).join('\n');
}

function linesOf(graph: Graph, names: Names): string[] {
  const needed = neededBy(graph);
  const shown = graph.values.filter(({ kind }) => kind !== 'constant' && kind !== 'argument');
  const unused = shown.filter((value) => !needed.has(value)).length;
  const rows = shown.map((value) => [
    nameOf(value, names),
    value.kind === 'repeat' ? '' : typeOf(value),
    `${originOf(value, names)}${needed.has(value) ? '' : '   (unused)'}`,
  ]);
  const table = columns(rows, '  ');
  // A body stands below the value that repeats it.
  const lines = shown.flatMap((value, i) => {
    const line = table[i] as string;
    if (value.kind !== 'repeat') return [line];
    return [line, ...linesOf(value.body.graph, bodyNames(graph, value, names)).map((inside) => `      ${inside}`)];
  });
  const results = graph.results.map(({ value }, i) => `  ${resultName(graph, i, names)} = ${nameOf(value, names)}`);
  const head = `graph of ${shown.length} value${shown.length === 1 ? '' : 's'}${unused > 0 ? `, ${unused} of them unused` : ''}`;
  return [head, ...lines, ...results];
}

/** Everything that a result depends on. */
function neededBy({ results }: Graph): ReadonlySet<Value> {
  const found = new Set<Value>();
  const waiting = results.flatMap(({ value, into }) => (into ? [value, into] : [value]));
  for (let value = waiting.pop(); value; value = waiting.pop()) {
    if (found.has(value)) continue;
    found.add(value);
    waiting.push(...sourcesOf(value));
  }
  return found;
}

function originOf(value: Value, names: Names): string {
  const from = (inputs: readonly Value[]) => inputs.map((input) => nameOf(input, names)).join(' ');
  const wait = 'after' in value && value.after ? `, after ${nameOf(value.after, names)}` : '';
  switch (value.kind) {
    case 'input':
      return 'input';
    case 'applied': {
      const { primitive, inputs, attributes, slot } = value;
      // What the type says already is not said twice.
      const told = Object.entries(attributes)
        .filter(([key, given]) => `${given}` !== `${value[key as 'shape' | 'dtype']}`)
        .map(([key, given]) => ` ${key}=${JSON.stringify(given)}`);
      const numbers = slot === undefined ? '' : ` from $${slot}`;
      return `${primitive.name}${inputs.length > 0 ? ` ${from(inputs)}` : ''}${told.join('')}${numbers}${wait}`;
    }
    case 'repeat':
      return `repeat ${value.turns} times${value.reverse ? ' from the end' : ''} ${from(value.inputs)}${wait}`;
    case 'outcome':
      return `${nameOf(value.of, names)}: ${value.of.body.graph.results[value.result]?.into ? 'the last that it carries' : 'all turns'}`;
    default:
      return '';
  }
}
