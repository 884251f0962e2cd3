import { type Binding, type DType, itemBytes } from '@evenkeel/backend';
import { extentOf, firstElement, lower, type Operand, type Primitive } from '@evenkeel/compiler';
import { copy as copyPrimitive } from '@evenkeel/compiler/primitives';
import { DeviceError, IndexError } from '@evenkeel/errors';
import { activeRecorder } from '../recording/active.ts';
import { Tensor } from '../tensor.ts';
import { currentDevice, type Device, type PreparedOperation } from './device.ts';
import { foldUniform } from './fold.ts';
import { blank } from './plans.ts';

/** Computes one primitive eagerly: a view where strides can say it, otherwise a program prepared once per structure. */
export function execute<Attributes extends object>(
  primitive: Primitive<Attributes>,
  inputs: readonly Tensor[],
  attributes: Attributes,
  numbers?: () => readonly number[],
): Tensor {
  const recorder = activeRecorder();
  const isView = primitive.lowering.kind === 'view';
  const isPlain = recorder === undefined || inputs[0]?.uniform !== undefined;
  if (isView && isPlain) return executeView(primitive, inputs[0] as Tensor, attributes);
  const folded = foldUniform(primitive, inputs, attributes);
  if (folded) return folded;
  if (recorder) return recorder.apply(primitive, inputs, attributes, numbers);
  const device = deviceOf(primitive.name, inputs);
  const operation = prepare(device, primitive, inputs, attributes);
  const output = blank(device, operation);
  const buffers: Binding[] = [];
  const values: number[] = [];
  for (const operand of inputs) {
    if (operand.uniform === undefined) buffers.push(bindingOf(operand));
    else values.push(operand.uniform);
  }
  buffers.push(bindingOf(output));
  if (numbers) values.push(...numbers());
  try {
    device.run(operation, buffers, values);
  } catch (error) {
    throw named(error, primitive.name);
  }
  return output;
}

/** The bytes of a view, from its lowest element to its highest. */
export function bindingOf(tensor: Tensor): Binding {
  const { storage, strides, offset } = tensor.memory();
  const item = itemBytes(tensor.dtype, storage.device.backend.limits.boolBytes);
  if (tensor.size === 0) return { buffer: storage.buffer, offset: 0, length: 0 };
  return {
    buffer: storage.buffer,
    offset: (offset - firstElement(tensor.shape, strides)) * item,
    length: extentOf(tensor.shape, strides) * item,
  };
}

function executeView<Attributes>(primitive: Primitive<Attributes>, input: Tensor, attributes: Attributes): Tensor {
  const spec = primitive.infer([input], attributes);
  if (input.uniform !== undefined) return new Tensor(spec.shape, spec.dtype, input.uniform);
  const walk = (from: Tensor) => {
    const { storage, strides, offset } = from.memory();
    const layout =
      primitive.lowering.kind === 'view' ? primitive.lowering.layout(from, strides, attributes) : undefined;
    return layout && { storage, strides: layout.strides, offset: offset + layout.offset };
  };
  const view = walk(input);
  if (view) return new Tensor(spec.shape, spec.dtype, view);
  const copy = execute(copyPrimitive, [input], {});
  const output = new Tensor(spec.shape, spec.dtype, walk(copy) as NonNullable<typeof view>);
  copy.release();
  return output;
}

/** What an operation needs on inputs of such a structure. */
export function prepare<Attributes>(
  device: Device,
  primitive: Primitive<Attributes>,
  inputs: readonly Pick<Tensor, 'shape' | 'dtype' | 'strides' | 'uniform'>[],
  attributes: Attributes,
): PreparedOperation {
  let key = primitive.name + JSON.stringify(attributes);
  for (const { dtype, shape, strides, uniform } of inputs) {
    key += uniform === undefined ? `|${dtype}:${shape}:${strides}` : `|${dtype}:${shape}`;
  }
  const known = device.operations.get(key);
  if (known) return known;
  const spec = primitive.infer(inputs, attributes);
  device.expectDType(spec.dtype);
  const operands: Operand[] = inputs.map(({ shape, dtype, strides, uniform }) => ({
    shape,
    dtype,
    strides: uniform === undefined ? strides : undefined,
  }));
  const program = lower(primitive, operands, attributes, device.backend.limits);
  const operation = Object.assign(device.prepare(program), { shape: spec.shape, dtype: spec.dtype as DType });
  device.remember(key, operation);
  return operation;
}

function deviceOf(name: string, inputs: readonly Tensor[]): Device {
  let device: Device | undefined;
  for (const input of inputs) {
    if (input.uniform !== undefined) continue;
    const mine = input.memory().storage.device;
    if (device && mine !== device) {
      throw new DeviceError('tensors of two backends cannot meet in one operation', {
        op: name,
        got: `${device.backend.name} and ${mine.backend.name}`,
        remedy: 'read one of them and make it anew on the other backend',
      });
    }
    device = mine;
  }
  return device ?? currentDevice();
}

/** An error of a run; a kernel cannot know which operation it was part of. */
export function named(error: unknown, op: string): unknown {
  if (!(error instanceof IndexError)) return error;
  const { summary, got, expected, remedy } = error;
  return new IndexError(summary, { op, got, expected, remedy, cause: error });
}
