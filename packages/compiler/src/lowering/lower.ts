import { constant, type Limits, type Program, programOf, type Strides, sizeOf } from '@evenkeel/backend';
import type { Primitive, Spec } from '../primitive.ts';
import type { ConvolutionAttributes } from '../primitives/convolution.ts';
import type { FoldWindowsAttributes } from '../primitives/fold-windows.ts';
import type { RankAttributes } from '../primitives/rank.ts';
import type { ScanAttributes } from '../primitives/scan.ts';
import type { ScatterAddAttributes } from '../primitives/scatter-add.ts';
import type { ReductionAttributes } from '../reduction.ts';
import { lowerConcatenation } from './concatenation.ts';
import { lowerContraction } from './contraction.ts';
import { lowerConvolution } from './convolution.ts';
import { lowerFoldWindows } from './fold-windows.ts';
import type { Operand } from './operand.ts';
import { lowerPointwise } from './pointwise.ts';
import { lowerGather, lowerQuads, lowerRearrangement, lowerSource } from './position.ts';
import { lowerRank } from './rank.ts';
import { lowerReduction } from './reduction.ts';
import { lowerScan } from './scan.ts';
import { lowerScatterAdd } from './scatter-add.ts';

type Memory = Operand & { readonly strides: Strides };

/** Whether the operation can take a number in place of this input's memory. */
export function takesNumber({ lowering }: Primitive<never>, input: number): boolean {
  switch (lowering.kind) {
    case 'pointwise':
    case 'reduction':
    case 'concatenation':
    case 'scan':
    case 'rank':
      return true;
    case 'scatterAdd':
      return input === 0;
    default:
      return false;
  }
}

/**
 * The program of one operation that is not a view. Its bindings are the operands that are memory, in order, then the output,
 * contiguous; its arguments are the operands that are numbers, then the operation's own. An empty output needs no kernel,
 * and a fold over nothing is its neutral element.
 */
export function lower<Attributes>(
  primitive: Primitive<Attributes>,
  operands: readonly Operand[],
  output: Spec,
  attributes: Attributes,
  limits: Limits,
): Program {
  const { lowering } = primitive;
  const program = (() => {
    switch (lowering.kind) {
      case 'pointwise':
        return programOf(lowerPointwise(operands, output, (inputs) => lowering.scalar(inputs, attributes)));
      case 'source':
        return programOf(lowerSource(lowering, output, attributes));
      case 'quads':
        return lowerQuads(lowering, output);
      case 'rearrangement':
        return sizeOf((operands[0] as Operand).shape) === 0
          ? fill(operands, output, 0)
          : programOf(lowerRearrangement(lowering, operands[0] as Memory, output, attributes));
      case 'reduction': {
        const [operand] = operands as [Operand];
        return sizeOf(operand.shape) === 0
          ? fill(operands, output, lowering.fold === 'prod' ? 1 : 0)
          : programOf(
              lowerReduction(lowering.fold, operand, output, (attributes as unknown as ReductionAttributes).dims),
            );
      }
      case 'contraction': {
        const [a, b] = operands as [Memory, Memory];
        return a.shape.at(-1) === 0 ? fill(operands, output, 0) : programOf(lowerContraction(a, b, output));
      }
      case 'gather': {
        const [x, index] = operands as [Memory, Memory];
        const { dim } = attributes as unknown as { dim: number };
        return programOf(lowerGather(x, index, output, dim));
      }
      case 'scatterAdd': {
        const [source, index] = operands as [Memory, Memory];
        return sizeOf(source.shape) === 0
          ? fill(operands, output, 0)
          : programOf(lowerScatterAdd(source, index, attributes as unknown as ScatterAddAttributes, limits));
      }
      case 'convolution': {
        const [x, w] = operands as [Memory, Memory];
        return sizeOf(x.shape) === 0 || sizeOf(w.shape) === 0
          ? fill(operands, output, 0)
          : programOf(lowerConvolution(x, w, output, attributes as unknown as ConvolutionAttributes));
      }
      case 'foldWindows':
        return sizeOf((operands[0] as Operand).shape) === 0
          ? fill(operands, output, 0)
          : programOf(lowerFoldWindows(operands[0] as Memory, output, attributes as unknown as FoldWindowsAttributes));
      case 'scan':
        return programOf(lowerScan(operands[0] as Operand, attributes as unknown as ScanAttributes, limits));
      case 'rank':
        return programOf(lowerRank(operands[0] as Operand, attributes as unknown as RankAttributes, limits));
      case 'concatenation': {
        const { dim } = attributes as unknown as { dim: number };
        return lowerConcatenation(operands, output, dim);
      }
      case 'view':
        throw new Error(`${primitive.name} is a view: there is nothing to run`);
    }
  })();
  return sizeOf(output.shape) === 0 ? { ...program, steps: [] } : program;
}

/** One value everywhere, with the operation's own signature. */
function fill(operands: readonly Operand[], output: Spec, value: number): Program {
  const unread = operands.map((operand) => ({
    ...operand,
    shape: output.shape,
    strides: operand.strides && output.shape.map(() => 0),
  }));
  return programOf(lowerPointwise(unread, output, () => constant(output.dtype, value)));
}
