import { type ContractionKernel, sizeOf } from '@evenkeel/backend';
import { Scope } from '../renderer/scope.ts';
import { setPositions } from './grid.ts';
import { invocationStage, type Stage } from './stage.ts';
import { storeResults } from './store-results.ts';
import { longestChain, type RegisterBlocks } from './variant.ts';

/** Sums by blocks in the registers of single invocations, or in several parts what each part adds to them. */
export function blocksStage(kernel: ContractionKernel, { rows, columns, splits, workgroup }: RegisterBlocks): Stage {
  const [batch, m, n, k] = [sizeOf(kernel.batch), sizeOf(kernel.m), sizeOf(kernel.n), sizeOf(kernel.k)];
  const [down, across] = [Math.ceil(m / rows), Math.ceil(n / columns)];
  const count = batch * splits * down * across;
  const termsOfPart = Math.ceil(k / splits);
  const isLong = termsOfPart > 2 * longestChain;
  const [mAxis, nAxis] = [kernel.batch.length, kernel.batch.length + kernel.m.length];
  const kAxis = nAxis + kernel.n.length;
  return invocationStage(kernel, 'index', count, { workgroup }, (renderer, scope) => {
    scope.add(
      `let blockRow = index / ${across}u % ${down}u;`,
      `let blockColumn = index % ${across}u;`,
      `let part = index / ${across * down}u % ${splits}u;`,
      `let batch = index / ${across * down * splits}u;`,
      `let lastTerm = min((part + 1u) * ${termsOfPart}u, ${k}u);`,
    );
    setPositions(renderer, scope, 'batch', kernel.batch, 0);

    // Neighboring invocations have neighboring rows and columns; those beyond the end are computed as the last one.
    const sides = [
      {
        stem: 'row',
        value: kernel.a,
        extents: kernel.m,
        axis: mAxis,
        size: m,
        count: rows,
        first: 'blockRow',
        step: down,
      },
      {
        stem: 'column',
        value: kernel.b,
        extents: kernel.n,
        axis: nAxis,
        size: n,
        count: columns,
        first: 'blockColumn',
        step: across,
      },
    ];
    const body: string[] = [];
    const terms = new Scope(scope);
    setPositions(renderer, terms, 'term', kernel.k, kAxis);
    body.push(...terms.lines);
    const factors = sides.map((side) =>
      Array.from({ length: side.count }, (_, i) => {
        const place = `${side.stem}${i}`;
        const own = new Scope(scope);
        own.add(`let ${place} = min(${side.first} + ${i * side.step}u, ${side.size - 1}u);`);
        setPositions(renderer, own, place, side.extents, side.axis, `${place}_`);
        const inside = new Scope(own);
        kernel.k.forEach((_extent, d) => {
          inside.axes |= 1 << (kAxis + d);
        });
        const factor = renderer.keep(inside, side.value);
        scope.add(...own.lines);
        body.push(...inside.lines);
        return factor;
      }),
    );
    const [left, right] = factors as [string[], string[]];
    const each = (text: (i: number, j: number) => string): string[] =>
      left.flatMap((_l, i) => right.map((_r, j) => text(i, j)));
    const into = isLong ? 'sum' : 'total';
    body.push(...each((i, j) => `${into}${i}_${j} += ${left[i]} * ${right[j]};`));
    scope.add(...each((i, j) => `var total${i}_${j} = 0.0f;`));
    const begin = `part * ${termsOfPart}u`;
    if (isLong) {
      const chain = new Scope(scope);
      chain.add(...each((i, j) => `var sum${i}_${j} = 0.0f;`));
      chain.add(`let end = min(begin + ${longestChain}u, lastTerm);`);
      chain.block('for (var term = begin; term < end; term++) {', body);
      chain.add(...each((i, j) => `total${i}_${j} += sum${i}_${j};`));
      scope.block(`for (var begin = ${begin}; begin < lastTerm; begin += ${longestChain}u) {`, chain);
    } else {
      scope.block(`for (var term = ${begin}; term < lastTerm; term++) {`, body);
    }

    storeResults(renderer, scope, kernel, {
      i: `blockRow + (result / ${columns}u) * ${down}u`,
      j: `blockColumn + (result % ${columns}u) * ${across}u`,
      results: each((i, j) => `total${i}_${j}`),
      splits,
    });
  });
}
