import { currentBackend, getDefaultDtype } from '@evenkeel/tensor';

/** What the bits of a run depend on besides its program, data and seed. */
export interface Numerics {
  readonly backend: string;
  /** Whether products are added with one rounding or two. */
  readonly arithmetic: string;
  readonly dtype: string;
}

/** The numerics in force. */
export function currentNumerics(): Numerics {
  const { name, limits } = currentBackend();
  return { backend: name, arithmetic: limits.arithmetic, dtype: getDefaultDtype() };
}

/** What to tell a user who goes on under other numerics; `undefined` if they are the same. */
export function lostExactness(saved: Numerics, now: Numerics): string | undefined {
  const describe = ({ backend, arithmetic, dtype }: Numerics) => `${backend}, ${dtype}, ${arithmetic} arithmetic`;
  if (describe(saved) === describe(now)) return undefined;
  return (
    `The checkpoint was made on ${describe(saved)}; going on with ${describe(now)}: ` +
    'the run is no longer bit for bit the uninterrupted one.'
  );
}
