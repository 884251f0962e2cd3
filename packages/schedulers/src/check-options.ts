import { ConfigError, nearestName } from '@evenkeel/errors';

/** Says what a value should have been, or nothing if it is right. */
export type Check = (value: unknown) => string | undefined;

/** One check for each option of a schedule, so that an option without a check does not compile. */
export type Checks<Options> = { [Name in keyof Required<Options>]: Check };

/**
 * Throws a `ConfigError` for the first option that is unknown (naming the nearest known one), missing or out of range.
 */
export function checkOptions<Options extends object>(name: string, options: Options, checks: Checks<Options>): void {
  const known = Object.keys(checks);
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    const nearest = nearestName(key, known);
    throw new ConfigError(`${name} has no option "${key}"`, {
      expected: `some of ${known.join(', ')}`,
      remedy: nearest && `did you mean "${nearest}"?`,
    });
  }
  for (const [key, check] of Object.entries<Check>(checks)) {
    const value = options[key as keyof Options];
    const expected = check(value);
    if (expected === undefined) continue;
    const problem = value === undefined ? `needs the option "${key}"` : `cannot use its option "${key}"`;
    throw new ConfigError(`${name} ${problem}`, { got: value === undefined ? undefined : show(value), expected });
  }
}

export const finite: Check = (value) => (Number.isFinite(value) ? undefined : 'a finite number');

export const positive: Check = (value) => (isNumber(value) && value > 0 ? undefined : 'a number above 0');

export const notNegative: Check = (value) => (isNumber(value) && value >= 0 ? undefined : 'a number, 0 or above');

export const fraction: Check = (value) =>
  isNumber(value) && value >= 0 && value <= 1 ? undefined : 'a number from 0 to 1';

export const positiveInteger: Check = (value) =>
  isNumber(value) && Number.isSafeInteger(value) && value > 0 ? undefined : 'a whole number above 0';

export const wholeNumber: Check = (value) =>
  isNumber(value) && Number.isSafeInteger(value) && value >= 0 ? undefined : 'a whole number, 0 or above';

export const yesOrNo: Check = (value) => (typeof value === 'boolean' ? undefined : 'true or false');

export const callable: Check = (value) => (typeof value === 'function' ? undefined : 'a function');

export const oneOf =
  (...names: readonly string[]): Check =>
  (value) =>
    names.includes(value as string) ? undefined : `one of ${names.map((name) => `"${name}"`).join(', ')}`;

export const listOf =
  (check: Check): Check =>
  (value) => {
    if (!Array.isArray(value)) return 'a list';
    const wrong = value.map(check).find((expected) => expected !== undefined);
    return wrong && `a list in which each is ${wrong}`;
  };

export const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined ? undefined : check(value);

function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

function show(value: unknown): string {
  return typeof value === 'number' || typeof value === 'function' ? String(value) : JSON.stringify(value);
}
