import { describe, expect, test } from 'vitest';
import {
  type AttentionGradientKernel,
  type AttentionKernel,
  argument,
  axis,
  binary,
  bounded,
  type ContractionKernel,
  cast,
  constant,
  countKernels,
  type Expression,
  integer,
  type Kernel,
  type LoopKernel,
  load,
  type Program,
  printExpression,
  printKernel,
  printProgram,
  programOf,
  type RankKernel,
  random,
  reduced,
  type ScanKernel,
  type ScatterAddKernel,
  select,
  unary,
  weightedSum,
} from '../src/index.ts';

const at = (...strides: number[]): Expression =>
  weightedSum(
    strides.map((_, d) => axis(d)),
    strides,
  );

/** Softmax with a scale, and the sum of each row. */
function softmax(): LoopKernel {
  const x = binary('mul', load('float32', 0, at(8, 1), binary('lt', axis(1), integer(5))), argument('float32', 0));
  const e = unary('exp', binary('sub', x, reduced('float32', 0)));
  return {
    form: 'loop',
    outer: [4],
    inner: [8],
    bindings: [
      { dtype: 'float32', access: 'read' },
      { dtype: 'float32', access: 'write' },
      { dtype: 'float32', access: 'write' },
    ],
    arguments: ['float32'],
    reductions: [
      { fn: 'max', value: x },
      { fn: 'sum', value: e },
    ],
    stores: [{ binding: 2, index: axis(0), value: reduced('float32', 1) }],
    elementStores: [{ binding: 1, index: at(8, 1), value: binary('div', e, reduced('float32', 1)) }],
  };
}

/** A batched matrix product with bias and a threshold. */
function affine(): ContractionKernel {
  const sum = binary('add', reduced('float32', 0), load('float32', 2, axis(2)));
  const isOver = binary('gt', sum, constant('float32', -0));
  return {
    form: 'contraction',
    batch: [2],
    m: [3],
    n: [4],
    k: [5],
    bindings: [
      { dtype: 'float32', access: 'read' },
      { dtype: 'float32', access: 'read' },
      { dtype: 'float32', access: 'read' },
      { dtype: 'float32', access: 'write' },
    ],
    arguments: [],
    a: load('float32', 0, at(15, 5, 0, 1)),
    b: load('float32', 1, at(20, 0, 1, 4)),
    stores: [{ binding: 3, index: at(12, 4, 1), value: select(isOver, sum, cast('float32', constant('int32', 1))) }],
  };
}

function scatterAdd(): ScatterAddKernel {
  return {
    form: 'routine',
    routine: 'scatterAdd',
    outer: 2,
    length: 3,
    inner: 4,
    size: 5,
    bindings: [
      { dtype: 'int32', access: 'read' },
      { dtype: 'float32', access: 'read' },
      { dtype: 'float32', access: 'write' },
    ],
    arguments: [],
    index: bounded(load('int32', 0, axis(1)), 5),
    value: load('float32', 1, at(12, 4, 1)),
    output: 2,
  };
}

function scan(): ScanKernel {
  return {
    form: 'routine',
    routine: 'scan',
    outer: 2,
    length: 3,
    inner: 4,
    fn: 'sum',
    reverse: true,
    bindings: [
      { dtype: 'float32', access: 'read' },
      { dtype: 'float32', access: 'write' },
    ],
    arguments: ['float32'],
    value: binary('mul', load('float32', 0, at(12, 4, 1)), argument('float32', 0)),
    output: 1,
  };
}

function rank(): RankKernel {
  return {
    form: 'routine',
    routine: 'rank',
    outer: 2,
    length: 3,
    inner: 4,
    descending: true,
    bindings: [
      { dtype: 'float32', access: 'read' },
      { dtype: 'int32', access: 'write' },
    ],
    arguments: ['float32'],
    value: binary('add', load('float32', 0, at(12, 4, 1)), argument('float32', 0)),
    output: 1,
  };
}

/** Everything that attention may have. */
function attention(): AttentionKernel {
  return {
    form: 'routine',
    routine: 'attention',
    batch: [2, 3],
    rows: 4,
    columns: 5,
    depth: 6,
    width: 7,
    bindings: [
      ...(['float32', 'float32', 'float32', 'float32', 'bool'] as const).map(
        (dtype) => ({ dtype, access: 'read' }) as const,
      ),
      { dtype: 'float32', access: 'write' },
    ],
    arguments: ['float32'],
    query: binary('mul', load('float32', 0, at(72, 24, 6, 0, 1)), argument('float32', 0)),
    key: load('float32', 1, at(90, 30, 0, 6, 1)),
    value: load('float32', 2, at(105, 35, 0, 7, 0, 1)),
    scale: 0.5,
    bias: load('float32', 3, at(0, 0, 5, 1)),
    seen: load('bool', 4, at(5, 0, 0, 1)),
    factor: select(binary('gt', axis(2), axis(3)), constant('float32', 2), argument('float32', 0)),
    causal: true,
    stores: [{ binding: 5, index: at(84, 28, 7, 0, 0, 1), value: reduced('float32', 0) }],
  };
}

function attentionGradient(): AttentionGradientKernel {
  const { stores, ...parts } = attention();
  const store = (binding: number, index: Expression) => ({ binding, index, value: reduced('float32', 0) });
  return {
    ...parts,
    routine: 'attentionGradient',
    bindings: [...parts.bindings, ...[6, 7].map(() => ({ dtype: 'float32', access: 'write' }) as const)],
    output: load('float32', 2, at(84, 28, 7, 0, 0, 1)),
    cotangent: load('float32', 3, at(84, 28, 7, 0, 0, 1)),
    queryStores: [store(5, at(72, 24, 6, 0, 1))],
    keyStores: [store(6, at(90, 30, 0, 6, 1))],
    valueStores: [store(7, at(105, 35, 0, 7, 0, 1))],
  };
}

describe('a kernel as text', () => {
  test('of a loop: its domains, bindings, shared parts, reductions and stores', () => {
    expect(printKernel(softmax())).toMatchInlineSnapshot(`
      "loop [4] over [8] in0:float32 out1:float32 out2:float32 $0:float32
        t0:float32 = (in0[((a0 * 8) + a1)] if (a1 < 5) * $0)
        t1:float32 = exp((t0 - r0))
        r0:float32 = max t0
        r1:float32 = sum t1
        out2[a0] = r1
        each out1[((a0 * 8) + a1)] = (t1 / r1)"
    `);
  });

  test('of a contraction: its axes by role, the product and the stores', () => {
    expect(printKernel(affine())).toMatchInlineSnapshot(`
      "contraction [2] m[3] n[4] k[5] in0:float32 in1:float32 in2:float32 out3:float32
        t0:float32 = (r0 + in2[a2])
        r0:float32 = sum in0[(((a0 * 15) + (a1 * 5)) + a3)] * in1[(((a0 * 20) + a2) + (a3 * 4))]
        out3[(((a0 * 12) + (a1 * 4)) + a2)] = ((t0 > -0:float32) ? t0 : float32(1))"
    `);
  });

  test('of a routine: its sizes and what it adds where', () => {
    expect(printKernel(scatterAdd())).toMatchInlineSnapshot(`
      "scatterAdd [2, 3, 4] into 5 in0:int32 in1:float32 out2:float32
        out2[a0, bounded(in0[a1], 5), a2] += in1[(((a0 * 12) + (a1 * 4)) + a2)]"
    `);
  });

  test('of random words: the place in the stream, and where the arguments that say which begin', () => {
    expect(printExpression(random(axis(0), 3))).toBe('random(a0, $3)');
  });

  test('of routines on lines: their sizes, what they do and with which values', () => {
    expect(printKernel(scan())).toMatchInlineSnapshot(`
      "scan [2, 3, 4] sum from the end in0:float32 out1:float32 $0:float32
        out1[a0, a1, a2] = (in0[(((a0 * 12) + (a1 * 4)) + a2)] * $0)"
    `);
    expect(printKernel(rank())).toMatchInlineSnapshot(`
      "rank [2, 3, 4] descending in0:float32 out1:int32 $0:float32
        out1[a0, a1, a2] = (in0[(((a0 * 12) + (a1 * 4)) + a2)] + $0)"
    `);
  });

  test('of attention: its extents, what it reads and weighs with, and the stores', () => {
    expect(printKernel(attention())).toMatchInlineSnapshot(`
      "attention [2,3] rows 4 columns 5 depth 6 width 7 scale 0.5 causal in0:float32 in1:float32 in2:float32 in3:float32 in4:bool out5:float32 $0:float32
        query:float32 = (in0[((((a0 * 72) + (a1 * 24)) + (a2 * 6)) + a4)] * $0)
        key:float32 = in1[((((a0 * 90) + (a1 * 30)) + (a3 * 6)) + a4)]
        value:float32 = in2[((((a0 * 105) + (a1 * 35)) + (a3 * 7)) + a5)]
        bias:float32 = in3[((a2 * 5) + a3)]
        seen:bool = in4[((a0 * 5) + a3)]
        factor:float32 = ((a2 > a3) ? 2:float32 : $0)
        out5[((((a0 * 84) + (a1 * 28)) + (a2 * 7)) + a5)] = r0"
    `);
    const [head, ...lines] = printKernel(attentionGradient()).split('\n');
    expect(head).toContain('attentionGradient [2,3] rows 4 columns 5 depth 6 width 7 scale 0.5 causal in0:float32');
    expect(lines.slice(-5).map((line) => line.split(' = ')[0])).toMatchInlineSnapshot(`
      [
        "  output:float32",
        "  cotangent:float32",
        "  of query out5[((((a0 * 72) + (a1 * 24)) + (a2 * 6)) + a4)]",
        "  of key out6[((((a0 * 90) + (a1 * 30)) + (a3 * 6)) + a4)]",
        "  of value out7[((((a0 * 105) + (a1 * 35)) + (a3 * 7)) + a5)]",
      ]
    `);
  });

  test('names a shared part once, so that sixty doublings take sixty lines', () => {
    let sum = load('float32', 0, axis(0));
    for (let i = 0; i < 60; i++) sum = binary('add', sum, sum);
    const kernel: LoopKernel = {
      ...softmax(),
      reductions: [],
      elementStores: [],
      stores: [{ binding: 1, index: axis(0), value: sum }],
    };
    const lines = printKernel(kernel).split('\n');
    // The head, the load and 59 sums that are used twice, the store.
    expect(lines).toHaveLength(1 + 60 + 1);
    expect(new Set(lines).size).toBe(lines.length);
  });

  test('does not depend on which objects it is made of', () => {
    for (const make of [softmax, affine, scatterAdd]) expect(printKernel(make())).toBe(printKernel(make()));
  });
});

/** Another value of each field that is not implied by the others, found by walking through the data. */
function variations(kernel: Kernel): Map<string, Kernel> {
  const found = new Map<string, Kernel>();
  const visit = (path: readonly (string | number)[], seen: Set<unknown>): void => {
    const value = follow(kernel, path) as unknown;
    const vary = (what: string, other: unknown): void => {
      // A structured clone keeps what is shared shared.
      const copy = structuredClone(kernel);
      const parent = follow(copy, path.slice(0, -1)) as Record<string | number, unknown>;
      parent[path.at(-1) as string | number] = other;
      found.set(`${path.join('.')} ${what}`, copy);
    };
    if (typeof value === 'number') {
      for (const other of [value + 1, value + 2]) vary(`= ${other}`, other);
    } else if (typeof value === 'boolean') {
      vary('turned', !value);
    } else if (typeof value === 'string') {
      for (const other of otherStrings(kernel, path, value)) vary(`= ${other}`, other);
    } else if (Array.isArray(value)) {
      vary('with one more', [...value, structuredClone(value.at(-1) ?? 7)]);
      if (value.length > 0) vary('with one less', value.slice(0, -1));
      const turned = value.toReversed();
      if (JSON.stringify(turned) !== JSON.stringify(value)) vary('turned', turned);
      value.forEach((_, i) => {
        visit([...path, i], seen);
      });
    } else if (typeof value === 'object' && value !== null && !seen.has(value)) {
      seen.add(value);
      for (const optional of ['guard', 'bias', 'seen', 'factor']) {
        if (optional in value) visitRemoval([...path, optional]);
      }
      for (const key of Object.keys(value)) visit([...path, key], seen);
    }
  };
  const visitRemoval = (path: readonly (string | number)[]): void => {
    const copy = structuredClone(kernel);
    delete (follow(copy, path.slice(0, -1)) as Record<string, unknown>)[path.at(-1) as string];
    found.set(`${path.join('.')} left out`, copy);
  };
  visit([], new Set());
  return found;
}

function follow(from: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce((value, key) => (value as Record<string | number, unknown>)[key], from);
}

const alternatives: Readonly<Record<string, readonly string[]>> = {
  unary: [
    ...['neg', 'abs', 'sign', 'floor', 'ceil', 'trunc', 'round', 'sqrt', 'exp', 'expm1', 'log', 'log1p', 'sin', 'cos'],
    ...['atan', 'tanh', 'erf', 'not'],
  ],
  binary: [
    ...['add', 'sub', 'mul', 'div', 'rem', 'pow', 'max', 'min', 'and', 'or', 'xor', 'shiftLeft', 'shiftRight'],
    ...['eq', 'ne', 'lt', 'le', 'gt', 'ge'],
  ],
  reduction: ['sum', 'prod', 'max', 'min'],
  access: ['read', 'write'],
  dtype: ['float32', 'float64', 'int32', 'uint32', 'bool'],
};

function otherStrings(kernel: Kernel, path: readonly (string | number)[], value: string): readonly string[] {
  const key = path.at(-1) as string;
  const kind = (follow(kernel, path.slice(0, -1)) as { kind?: string }).kind;
  const others = (list: string) => (alternatives[list] as readonly string[]).filter((other) => other !== value);
  if (key === 'fn') return others(kind ?? 'reduction');
  if (key === 'access') return others('access');
  // The dtypes of other expressions follow from what they are made of.
  if (key === 'dtype') return kind === undefined || kind === 'constant' || kind === 'cast' ? others('dtype') : [];
  if (path[0] === 'arguments') return others('dtype');
  return [];
}

describe('the text of a kernel is its identity', () => {
  test.each([
    ['loop', softmax()],
    ['contraction', affine()],
    ['scatterAdd', scatterAdd()],
    ['scan', scan()],
    ['rank', rank()],
    ['attention', attention()],
    ['attentionGradient', attentionGradient()],
  ] as const)('no two %s kernels that differ in any one field have the same', (_, kernel) => {
    const texts = new Map([[printKernel(kernel), 'the original']]);
    const variants = variations(kernel);
    expect(variants.size).toBeGreaterThan(60);
    for (const [what, variant] of variants) {
      const text = printKernel(variant);
      expect(texts.get(text), `${what} prints the same`).toBeUndefined();
      texts.set(text, what);
    }
  });

  test('every kind of constant has its own', () => {
    const constants = [
      ...[0, -0, 1, 0.1, Math.fround(0.1), Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].flatMap(
        (v) => [constant('float32', v), constant('float64', v)],
      ),
      ...[0, 1].flatMap((v) => [constant('int32', v), constant('uint32', v), constant('bool', v)]),
    ];
    expect(new Set(constants.map(printExpression)).size).toBe(constants.length);
  });
});

describe('a program', () => {
  const step = { kernel: scatterAdd(), bindings: [2, 0, 1], arguments: [] };
  const program: Program = {
    bindings: [
      { dtype: 'float32', access: 'read' },
      { dtype: 'float32', access: 'write' },
      { dtype: 'int32', access: 'read' },
    ],
    arguments: ['uint32'],
    steps: [step, { repeat: 3, strides: [16, 0, 4], body: [step, { repeat: 2, strides: [0, 0, 0], body: [step] }] }],
  };

  test('prints its bindings, arguments and steps, bodies indented', () => {
    expect(printProgram(program)).toMatchInlineSnapshot(`
      "program (read b0:float32, write b1:float32, read b2:int32) ($0:uint32)
      (b2, b0, b1) ()
      scatterAdd [2, 3, 4] into 5 in0:int32 in1:float32 out2:float32
        out2[a0, bounded(in0[a1], 5), a2] += in1[(((a0 * 12) + (a1 * 4)) + a2)]
      repeat 3 strides [16,0,4]
        (b2, b0, b1) ()
        scatterAdd [2, 3, 4] into 5 in0:int32 in1:float32 out2:float32
          out2[a0, bounded(in0[a1], 5), a2] += in1[(((a0 * 12) + (a1 * 4)) + a2)]
        repeat 2 strides [0,0,0]
          (b2, b0, b1) ()
          scatterAdd [2, 3, 4] into 5 in0:int32 in1:float32 out2:float32
            out2[a0, bounded(in0[a1], 5), a2] += in1[(((a0 * 12) + (a1 * 4)) + a2)]"
    `);
  });

  test('launches the kernels of a repeated body at each turn', () => {
    expect(countKernels(program.steps)).toBe(1 + 3 * (1 + 2));
    expect(countKernels([])).toBe(0);
  });

  test('of one kernel has the bindings and arguments of that kernel', () => {
    const kernel = softmax();
    const { bindings, arguments: args, steps } = programOf(kernel);
    expect(bindings).toEqual(kernel.bindings);
    expect(args).toEqual(['float32']);
    expect(steps).toEqual([{ kernel, bindings: [0, 1, 2], arguments: [0] }]);
  });
});
