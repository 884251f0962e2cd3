/** Prints the plan of a training step: its program, how many kernels it launches, and its memory. Exits 2 if it is not told which. */
import { printProgram } from '@evenkeel/backend';
import { nullBackend } from '@evenkeel/backend-null';
import type { Plan } from '@evenkeel/compiler';
import { manualSeed, useBackend } from '@evenkeel/tensor';
import { type CommandLine, readCommandLine, usage } from './command-line.ts';
import { figuresOf } from './figures.ts';
import { type MakeProgram, programs } from './programs.ts';

function commandLine(): CommandLine | undefined {
  try {
    return readCommandLine(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`);
    process.exitCode = 2;
    return undefined;
  }
}

const asked = commandLine();
if (asked) {
  useBackend(nullBackend());
  manualSeed(0);
  const [plan] = (programs[asked.program] as MakeProgram)().plans() as [Plan];
  const figures = figuresOf(plan);
  const { kernels, plannedBytes, intermediateBytes } = figures;
  const share = ((100 * plannedBytes) / intermediateBytes).toFixed(1);
  console.log(printProgram(plan.program));
  console.log(`${kernels} kernels`);
  console.log(`${plannedBytes} bytes planned, ${share} % of ${intermediateBytes} that are written between kernels`);
  if (asked.json) console.log(JSON.stringify(figures));
}
