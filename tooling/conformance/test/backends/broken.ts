import {
  type Backend,
  type Bindings,
  binary,
  constant,
  type Expression,
  isRepeat,
  type Kernel,
  type Prepared,
  type Program,
  type Step,
} from '@evenkeel/backend';
import { cpu } from '@evenkeel/backend-cpu';

/** A backend that is right but for what is replaced. */
export function broken(replaced: (right: Backend) => Partial<Backend>): Backend {
  const right = cpu();
  const own: Backend = {
    name: 'broken',
    limits: right.limits,
    prepare: (program) => right.prepare(program),
    allocate: (bytes) => right.allocate(bytes),
    release: (buffer) => right.release(buffer),
    write: (buffer, data, offset) => right.write(buffer, data, offset),
    run: (prepared, bindings) => right.run(prepared, bindings),
    read: (buffer, range) => right.read(buffer, range),
    dispose: () => right.dispose(),
  };
  return { ...own, ...replaced(right) };
}

/** A backend that runs other kernels than it was given. */
export function brokenKernels(change: (kernel: Kernel) => Kernel): Backend {
  const changeStep = (step: Step): Step =>
    isRepeat(step) ? { ...step, body: step.body.map(changeStep) } : { ...step, kernel: change(step.kernel) };
  return broken((right) => ({
    prepare: (program: Program) => right.prepare({ ...program, steps: program.steps.map(changeStep) }),
  }));
}

/** A backend that computes other expressions than it was given. */
export function brokenExpressions(change: (e: Expression) => Expression): Backend {
  const known = new Map<Expression, Expression>();
  const walk = (e: Expression): Expression => {
    const before = known.get(e);
    if (before) return before;
    const parts = Object.fromEntries(
      Object.entries(e).map(([name, part]) => [name, typeof part === 'object' ? walk(part as Expression) : part]),
    );
    const after = change(parts as unknown as Expression);
    known.set(e, after);
    return after;
  };
  const inStores = <Store extends { value: Expression }>(stores: readonly Store[]) =>
    stores.map((store) => ({ ...store, value: walk(store.value) }));
  return brokenKernels((kernel) => {
    if (kernel.form === 'routine') return { ...kernel, value: walk(kernel.value) };
    if (kernel.form === 'contraction') return { ...kernel, stores: inStores(kernel.stores) };
    return {
      ...kernel,
      reductions: inStores(kernel.reductions),
      stores: inStores(kernel.stores),
      elementStores: inStores(kernel.elementStores),
    };
  });
}

/** Whole vectors of four only: what is left over is not computed. */
export function withoutTail(): Backend {
  return brokenKernels((kernel) => {
    const last = kernel.form === 'loop' ? (kernel.outer.at(-1) ?? 0) : 0;
    return kernel.form === 'loop' && last > 4 ? { ...kernel, outer: kernel.outer.with(-1, last - (last % 4)) } : kernel;
  });
}

/** Numbers of the first run become part of the prepared program. */
export function withBakedArguments(): Backend {
  const first = new WeakMap<Prepared, readonly number[]>();
  return broken((right) => ({
    run(prepared: Prepared, bindings: Bindings) {
      const known = first.get(prepared) ?? bindings.arguments;
      first.set(prepared, known);
      right.run(prepared, { ...bindings, arguments: known });
    },
  }));
}

/** A NaN on the left loses against a number on the right. */
export function withoutNaNInMaximum(): Backend {
  return brokenExpressions((e) =>
    e.kind === 'binary' && e.fn === 'max'
      ? {
          kind: 'select',
          dtype: e.dtype,
          condition: { kind: 'binary', dtype: 'bool', fn: 'gt', a: e.a, b: e.b },
          a: e.a,
          b: e.b,
        }
      : e,
  );
}

/** An exponential with an error of one in a million. */
export function withCoarseExponential(): Backend {
  return brokenExpressions((e) =>
    e.kind === 'unary' && e.fn === 'exp'
      ? { kind: 'binary', dtype: e.dtype, fn: 'mul', a: e, b: constant(e.dtype, 1.000001) }
      : e,
  );
}

/** The last product of every sum is left out. */
export function withShortContractions(): Backend {
  return brokenKernels((kernel) => {
    const last = kernel.form === 'contraction' ? (kernel.k.at(-1) ?? 0) : 0;
    return kernel.form === 'contraction' && last > 1 ? { ...kernel, k: kernel.k.with(-1, last - 1) } : kernel;
  });
}

/** Every binding begins where its buffer does. */
export function withoutOffsets(): Backend {
  return broken((right) => ({
    run(prepared: Prepared, { buffers, arguments: numbers }: Bindings) {
      const moved = buffers.map((binding) => ({ ...binding, offset: 0 }));
      right.run(prepared, { buffers: moved, arguments: numbers });
    },
  }));
}

/** A store runs one element past the end of its binding. */
export function withOverrun(): Backend {
  return broken((right) => ({
    run(prepared: Prepared, bindings: Bindings) {
      right.run(prepared, bindings);
      prepared.program.bindings.forEach(({ access }, i) => {
        const { buffer, offset, length } = bindings.buffers[i] as Bindings['buffers'][number];
        if (access === 'write' && offset + length < buffer.bytes)
          right.write(buffer, new Uint8Array(1), offset + length);
      });
    },
  }));
}

/** Reads when it gets around to it. */
export function withLateReads(): Backend {
  return broken((right) => ({
    read: async (buffer, range) => {
      await Promise.resolve();
      return right.read(buffer, range);
    },
  }));
}

/** An index outside its bounds is nobody's concern. */
export function withoutFaults(): Backend {
  return broken((right) => ({
    run(prepared: Prepared, bindings: Bindings) {
      try {
        right.run(prepared, bindings);
      } catch {}
    },
  }));
}

/** Random numbers, but one bit of each word is another than Philox gives. */
export function withOtherBits(): Backend {
  return brokenExpressions((e) => (e.kind === 'random' ? binary('xor', e, constant('uint32', 0x10000)) : e));
}

/** Repeats once what it should repeat often. */
export function withoutRepetition(): Backend {
  return broken((right) => ({
    prepare: (program) =>
      right.prepare({
        ...program,
        steps: program.steps.map((step) => (isRepeat(step) ? { ...step, repeat: 1 } : step)),
      }),
  }));
}
