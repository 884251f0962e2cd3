import type { Shape } from '@evenkeel/backend';
import type { Layout } from '../host/layout.ts';

/** A shape in a layout. */
export interface Place {
  readonly shape: Shape;
  readonly layout: Layout;
}

const places = (layout: Layout, ...shapes: Shape[]): Place[] => shapes.map((shape) => ({ shape, layout }));

/** Awkward shapes for operations on one input: nothing, one, odd, whole vectors with a tail, many dimensions, every layout. */
export const unaryPlaces: readonly Place[] = [
  ...places('contiguous', [], [0], [3, 0], [1], [1, 1], [3], [5], [7], [63], [65], [4099], [40, 25], [2, 1, 3, 2, 3]),
  ...places('transposed', [5, 7], [65, 3], [2, 3, 2, 1, 2, 3]),
  ...places('stepped', [63], [7, 9], [3, 2, 5]),
  ...places('reversed', [13], [4, 5], [2, 3, 7]),
  ...places('offset', [1], [65], [3, 7]),
  ...places('expandedFirst', [6, 5], [3, 65]),
  ...places('expandedLast', [5, 6], [65, 3]),
  ...places('uniform', [], [4, 3], [67]),
];

/** Pairs of layouts in which two inputs of one shape meet. */
export const binaryPlaces: readonly { readonly shape: Shape; readonly layouts: readonly [Layout, Layout] }[] = [
  ...[[], [0], [2, 0, 3], [1], [3], [7], [63], [65], [1000], [4099], [2, 1, 3, 2, 3]].map((shape) => ({
    shape,
    layouts: ['contiguous', 'contiguous'] as const,
  })),
  { shape: [5, 7], layouts: ['transposed', 'contiguous'] },
  { shape: [9, 65], layouts: ['contiguous', 'transposed'] },
  { shape: [2, 3, 2, 1, 2, 3], layouts: ['transposed', 'transposed'] },
  { shape: [3, 7], layouts: ['expandedFirst', 'contiguous'] },
  { shape: [5, 65], layouts: ['contiguous', 'expandedFirst'] },
  { shape: [7, 5], layouts: ['contiguous', 'expandedLast'] },
  { shape: [6, 9], layouts: ['expandedLast', 'expandedFirst'] },
  { shape: [11], layouts: ['uniform', 'contiguous'] },
  { shape: [3, 5], layouts: ['contiguous', 'uniform'] },
  { shape: [4], layouts: ['uniform', 'uniform'] },
  { shape: [7, 9], layouts: ['stepped', 'reversed'] },
  { shape: [33], layouts: ['offset', 'stepped'] },
  { shape: [3, 21], layouts: ['reversed', 'offset'] },
];
