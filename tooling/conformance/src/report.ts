import type { Aspect, Check } from './checks/check.ts';
import type { Failure } from './run-checks.ts';
import type { Skipped } from './skips.ts';

/** Of one line and column of the table: how many checks there were and how many passed. */
export interface Cell {
  passed: number;
  failed: number;
}

/** What became of one backend. */
export interface BackendReport {
  readonly backend: string;
  readonly seconds: number;
  readonly passed: number;
  readonly failed: number;
  /** By primitive and aspect. */
  readonly primitives: Readonly<Record<string, Partial<Record<Aspect, Cell>>>>;
  /** Of what does not belong to one primitive, by group. */
  readonly others: Readonly<Record<string, Cell>>;
  readonly failures: readonly { group: string; name: string; problem: string }[];
  readonly skipped: readonly { group: string; name: string; reason: string }[];
}

const aspects: readonly Aspect[] = ['forward', 'backward', 'gradient', 'second derivative'];
/** Failures of one group that are printed; JSON has all. */
const shownOfGroup = 5;

export function report(
  backend: string,
  seconds: number,
  checks: readonly Check[],
  failures: readonly Failure[],
  skipped: readonly Skipped[],
): BackendReport {
  const failing = new Set(failures.map(({ check }) => check));
  const primitives: Record<string, Partial<Record<Aspect, Cell>>> = {};
  const others: Record<string, Cell> = {};
  for (const check of checks) {
    let cell: Cell;
    if (check.operation && check.aspect) {
      primitives[check.operation] ??= {};
      const line = primitives[check.operation] as Partial<Record<Aspect, Cell>>;
      line[check.aspect] ??= { passed: 0, failed: 0 };
      cell = line[check.aspect] as Cell;
    } else {
      others[check.group] ??= { passed: 0, failed: 0 };
      cell = others[check.group] as Cell;
    }
    if (failing.has(check)) cell.failed++;
    else cell.passed++;
  }
  return {
    backend,
    seconds,
    passed: checks.length - failures.length,
    failed: failures.length,
    primitives,
    others,
    failures: failures.map(({ check: { group, name }, problem }) => ({ group, name, problem })),
    skipped: skipped.map(({ check: { group, name }, reason }) => ({ group, name, reason })),
  };
}

/** A backend's table, the failures and the sum, as lines. */
export function lines(result: BackendReport): string[] {
  const rows = [
    [`${result.backend}: cases passed`, ...aspects],
    ...Object.entries(result.primitives)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, line]) => [name, ...aspects.map((aspect) => text(line[aspect]))]),
  ];
  const others = Object.entries(result.others).map(([group, cell]) => [group, text(cell)]);
  const failed = [...Map.groupBy(result.failures, ({ group }) => group)].flatMap(([group, list]) => [
    ...list.slice(0, shownOfGroup).map(({ name, problem }) => `FAIL ${result.backend} ${group}: ${name}: ${problem}`),
    ...(list.length > shownOfGroup ? [`FAIL ${result.backend} ${group}: ${list.length - shownOfGroup} more`] : []),
  ]);
  const left = result.skipped.map(({ group, name, reason }) => `SKIP ${result.backend} ${group}: ${name}: ${reason}`);
  return [
    ...aligned(rows),
    ...aligned(others),
    ...failed,
    ...left,
    `${result.backend}: ${result.passed} passed, ${result.failed} failed, ${result.skipped.length} skipped in ${result.seconds.toFixed(1)} s`,
    '',
  ];
}

function text(cell: Cell | undefined): string {
  if (!cell) return '-';
  return cell.failed === 0 ? `${cell.passed}` : `${cell.passed} of ${cell.passed + cell.failed}`;
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((word, column) => {
      widths[column] = Math.max(widths[column] ?? 0, word.length);
    });
  }
  return rows.map((row) =>
    row
      .map((word, column) => word.padEnd(widths[column] as number))
      .join('  ')
      .trimEnd(),
  );
}
