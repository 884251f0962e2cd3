import type { Field } from './settings.ts';

/** Steps in a second, at most. */
export const paces = { slow: 5, steady: 60, full: Number.POSITIVE_INFINITY } as const;

export type Pace = keyof typeof paces;

export const paceField = {
  label: 'Pace',
  values: ['slow', 'steady', 'full'],
  names: { slow: '5 steps/s', steady: '60 steps/s', full: 'full speed' },
  initial: 'steady',
} as const satisfies Field<Pace>;
