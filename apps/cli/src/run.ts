import { ConfigError, EvenKeelError } from '@evenkeel/errors';
import { CommanderError } from 'commander';
import type { Console } from './console.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { buildProgram } from './program.ts';

/**
 * Runs the command line.
 *
 * @param words what was typed after `evenkeel`
 * @returns the exit code
 */
export async function run(
  words: readonly string[],
  version: string,
  console: Console = processConsole(),
): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const program = buildProgram(version, console, (given) => {
    code = given;
  });
  try {
    await program.parseAsync(words, { from: 'user' });
    return code;
  } catch (error) {
    return explain(error, console);
  }
}

function explain(error: unknown, { err }: Console): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof EvenKeelError) {
    err.write(`error: ${error.message}\n`);
    return error instanceof ConfigError ? EXIT.usage : EXIT.failure;
  }
  err.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  err.write('This is not an error evenkeel foresaw; with EVENKEEL_DEBUG=1 it says where it arose.\n');
  if (process.env['EVENKEEL_DEBUG'] && error instanceof Error) err.write(`${error.stack}\n`);
  return EXIT.failure;
}

function processConsole(): Console {
  return { out: process.stdout, err: process.stderr };
}
