import { gradients, type Tensor } from '@evenkeel/tensor';
import { AttributeReader } from '../attributes.ts';
import type { GoldenCase } from '../case.ts';
import { operations } from '../ops/index.ts';
import { ownPrograms } from '../ops/own-programs.ts';
import { Program, type Variables } from '../program/evaluate.ts';
import { isModule } from '../program/modules.ts';
import { isTensor } from '../program/operation.ts';
import type { Results } from '../result.ts';
import { read, toTensors } from '../tensors.ts';

/** Attributes that describe the case and are no option of an operation. */
const descriptive = ['training', 'layout', 'final_norm', 'slices', 'module'];

/** Runs the program of a case, then differentiates its outputs as the case says, once or twice. */
export async function runExpression(golden: GoldenCase): Promise<Results> {
  const inputs = toTensors(golden.inputs);
  const params = toTensors(golden.params);
  const variables = await runProgram(golden, inputs, params);
  const results: Results = new Map();
  for (const name of Object.keys(golden.outputs)) {
    if (variables.has(name)) results.set(name, await read(variables.get(name)));
  }
  if (Object.keys(golden.cotangent).length === 0) return results;
  const leaves = leavesOf(golden, inputs, variables);
  const outputs = [...toTensors(golden.cotangent)].map(([name, cotangent]) => ({
    output: tensorNamed(name, variables),
    cotangent,
  }));
  const twice = golden.cotangent2 !== undefined;
  const first = gradients(
    outputs.map(({ output }) => output),
    [...leaves.values()],
    { gradOutputs: outputs.map(({ cotangent }) => cotangent), createGraph: twice, allowUnused: true },
  );
  const grads = new Map([...leaves.keys()].map((name, index) => [name, first[index]]));
  for (const [name, grad] of grads) if (grad) results.set(`grad of ${name}`, await read(grad));
  if (golden.cotangent2) await differentiateAgain(golden, golden.cotangent2, grads, inputs, results);
  return results;
}

async function runProgram(
  golden: GoldenCase,
  inputs: Map<string, Tensor>,
  params: Map<string, Tensor>,
): Promise<Variables> {
  const own = Object.hasOwn(ownPrograms, golden.op) ? ownPrograms[golden.op] : undefined;
  if (own) {
    const attrs = new AttributeReader(golden.attrs);
    const outputs = await own({ inputs, attrs, call: golden.call });
    attrs.finish();
    return new Map<string, unknown>([...inputs, ...Object.entries(outputs)]);
  }
  const program = new Program(new Map<string, unknown>([...inputs, ['params', params]]), operations);
  await program.run(golden.call);
  const attrs = new AttributeReader(golden.attrs);
  for (const name of [...descriptive, ...program.parametersSeen]) attrs.take(name);
  // An attribute may have another name than the parameter; then the program gives its value.
  attrs.takeWhere((value) => program.valuesSeen.has(JSON.stringify(value)));
  attrs.finish();
  return program.variables;
}

/** Everything the case may want a gradient of: inputs by name, parameters by state-dict name. */
function leavesOf(golden: GoldenCase, inputs: Map<string, Tensor>, variables: Variables): Map<string, Tensor> {
  const leaves = new Map<string, Tensor>();
  for (const [name, input] of inputs) if (golden.inputs[name]?.requires_grad) leaves.set(name, input);
  const module = variables.get('m');
  if (isModule(module)) {
    for (const [name, parameter] of module.namedParameters()) if (parameter.requiresGrad) leaves.set(name, parameter);
  }
  return leaves;
}

async function differentiateAgain(
  golden: GoldenCase,
  cotangents: NonNullable<GoldenCase['cotangent2']>,
  grads: Map<string, Tensor | undefined>,
  inputs: Map<string, Tensor>,
  results: Results,
): Promise<void> {
  const wanted = Object.keys(golden.grad_of_grad ?? {});
  const pairs = [...toTensors(cotangents)].flatMap(([name, cotangent]) => {
    const grad = grads.get(name);
    return grad ? [{ grad, cotangent }] : [];
  });
  const second = gradients(
    pairs.map(({ grad }) => grad),
    wanted.map((name) => inputs.get(name)!),
    { gradOutputs: pairs.map(({ cotangent }) => cotangent), allowUnused: true },
  );
  for (const [index, name] of wanted.entries()) {
    const grad = second[index];
    if (grad) results.set(`grad of grad of ${name}`, await read(grad));
  }
}

function tensorNamed(name: string, variables: Variables): Tensor {
  const value = variables.get(name);
  if (!isTensor(value)) throw new Error(`the program gives no tensor ${name}`);
  return value;
}
