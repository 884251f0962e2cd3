import type { ContractionKernel } from '@evenkeel/backend';
import type { Draft } from './stage.ts';
import { piecesOf, rolesOf, writeSums } from './sums-of-products.ts';
import type { RegisterBlocks } from './variant.ts';

/** Sums by blocks in the registers of single invocations, or in several parts what each part adds to them. */
export function draftBlocks(kernel: ContractionKernel, blocks: RegisterBlocks): Draft {
  const { workgroup, rows, columns } = blocks;
  const { down, across, count } = piecesOf(kernel, blocks);
  const roles = rolesOf(kernel);
  // Neighboring invocations have neighboring rows and columns; those beyond the end are computed as the last one.
  const sides = [
    { ...roles.rows, stem: 'row', count: rows, first: 'blockRow', step: down },
    { ...roles.columns, stem: 'column', count: columns, first: 'blockColumn', step: across },
  ];
  return {
    count,
    each: 'index',
    workgroup,
    write(renderer, scope) {
      writeSums(renderer, scope, kernel, {
        piece: 'index',
        pieces: { ...blocks, depth: 1 },
        zero: '0.0f',
        sums: range(rows).flatMap((i) => range(columns).map((j) => `${i}_${j}`)),
        i: `blockRow + (result / ${columns}u) * ${down}u`,
        j: `blockColumn + (result % ${columns}u) * ${across}u`,
        addTerms(body, into) {
          renderer.setPositions(body, 'term', kernel.k, roles.terms.axis);
          const factors = sides.map(({ stem, value, extents, axis, size, count, first, step }) =>
            range(count).map((i) => {
              const place = `${stem}${i}`;
              const own = scope.inner();
              own.add(`let ${place} = min(${first} + ${i * step}u, ${size - 1}u);`);
              renderer.setPositions(own, place, extents, axis, `${place}_`);
              const inside = own.inner();
              inside.axes |= body.axes;
              const factor = renderer.keep(inside, value);
              scope.add(...own.lines);
              body.add(...inside.lines);
              return factor;
            }),
          );
          const [left, right] = factors as [string[], string[]];
          body.add(...left.flatMap((a, i) => right.map((b, j) => `${into}${i}_${j} += ${a} * ${b};`)));
        },
      });
    },
  };
}

function range(count: number): number[] {
  return [...Array(count).keys()];
}
