import type { Graph, Value } from '@evenkeel/compiler';

/** A text that two graphs share exactly when they compute the same. */
export function keyOf({ values, results }: Graph): string {
  return `${values.map(describe).join(';')}|${results.map(({ value, into }) => `${value.id}>${into?.id}`)}`;
}

function describe(value: Value): string {
  const { kind, dtype, shape } = value;
  const head = `${kind}${dtype}[${shape}]`;
  switch (value.kind) {
    case 'input':
      return `${head}${value.strides}`;
    case 'constant':
      return `${head}${Object.is(value.number, -0) ? '-0' : value.number}`;
    case 'argument':
      return `${head}${value.slot}`;
    case 'applied':
      return `${value.primitive.name}${JSON.stringify(value.attributes)}${value.inputs.map(({ id }) => id)}`;
    case 'outcome':
      return `${head}${value.of.id}.${value.result}`;
    case 'repeat':
      return `${head}${value.turns}${value.reverse}${value.inputs.map(({ id }) => id)}{${keyOf(value.body.graph)}}`;
  }
}
