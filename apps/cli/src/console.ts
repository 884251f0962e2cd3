import type { Screen } from './terminal/reporter.ts';

/** Where a command writes, and how it is told to stop; the process under Node, something else in tests. */
export interface Console {
  /** Results; with `--json`, nothing but one line. */
  readonly out: Screen;
  /** Everything that is no result. */
  readonly err: Screen;
}

/** For people: the output, or with `--json` the error stream, so that the output holds the result alone. */
export function peopleScreen({ out, err }: Console, json: boolean | undefined): Screen {
  return json ? err : out;
}

/** The one line that ends the output of a command with `--json`. */
export function writeJson({ out }: Console, value: unknown): void {
  out.write(`${JSON.stringify(value)}\n`);
}
