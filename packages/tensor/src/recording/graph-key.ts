import type { Graph, Value } from '@evenkeel/compiler';

/** A text that two graphs share exactly when they compute the same. */
export function keyOf(graph: Graph): string {
  return `${valuesKeyOf(graph)}|${resultsKeyOf(graph)}`;
}

/** The same of what graphs compute before any of it is a result; on request whatever the constants are. */
export function valuesKeyOf({ values }: Graph, withNumbers = true): string {
  return values.map((value) => describe(value, withNumbers)).join(';');
}

/** Which of its values a graph gives. */
export function resultsKeyOf({ results }: Graph): string {
  return results.map(({ value, into }) => `${value.id}>${into?.id}`).join();
}

function describe(value: Value, withNumbers: boolean): string {
  const { kind, dtype, shape } = value;
  const head = `${kind}${dtype}[${shape}]`;
  switch (value.kind) {
    case 'input':
      return `${head}${value.strides}`;
    case 'constant':
      return withNumbers ? `${head}${Object.is(value.number, -0) ? '-0' : value.number}` : head;
    case 'argument':
      return `${head}${value.slot}`;
    case 'applied': {
      const { primitive, attributes, slot } = value;
      return `${head}${primitive.name}${JSON.stringify(attributes)}${slot}:${value.inputs.map(({ id }) => id)}`;
    }
    case 'outcome':
      return `${head}${value.of.id}.${value.result}`;
    case 'repeat':
      return `${head}${value.turns}${value.reverse}${value.inputs.map(({ id }) => id)}{${keyOf(value.body.graph)}}`;
  }
}
