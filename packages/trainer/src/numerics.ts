import { currentBackend, getDefaultDtype } from '@evenkeel/tensor';

/** What the bits of a run depend on besides its program, data and seed. */
export interface Numerics {
  readonly backend: string;
  /** Whether products are added with one rounding or two. */
  readonly arithmetic: string;
  readonly dtype: string;
  /** Whether a step ran as one program or operation by operation, which rounds elsewhere. */
  readonly steps: 'programs' | 'operations';
  /** Set in mixed precision. */
  readonly precision?: 'float16' | undefined;
}

/** The numerics in force. */
export function currentNumerics(steps: Numerics['steps'], precision?: 'float16'): Numerics {
  const { name, limits } = currentBackend();
  return { backend: name, arithmetic: limits.arithmetic, dtype: getDefaultDtype(), steps, precision };
}

/** What to tell a user who goes on under other numerics; `undefined` if they are the same. */
export function lostExactness(saved: Numerics, now: Numerics): string | undefined {
  const describe = ({ backend, arithmetic, dtype, steps, precision }: Numerics) =>
    `${backend}, ${precision ?? dtype}, ${arithmetic} arithmetic, ${steps}`;
  if (describe(saved) === describe(now)) return undefined;
  return (
    `The checkpoint was made on ${describe(saved)}; going on with ${describe(now)}: ` +
    'the run is no longer bit for bit the uninterrupted one.'
  );
}
