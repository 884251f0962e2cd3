import type { MachineUse } from '../backends.ts';
import { type Console, peopleScreen, writeJson } from '../console.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { trainRun } from '../session.ts';
import { openRun } from './open-run.ts';

/** `evenkeel resume RUN`: goes on from the latest checkpoint that is whole, or from the start if there is none. */
export async function resumeCommand(
  path: string,
  { json, backend, ...use }: { json?: boolean; backend?: string } & MachineUse,
  console: Console,
): Promise<ExitCode> {
  const screen = peopleScreen(console, json);
  const { folder, config } = await openRun(path, backend, (line) => screen.write(`${line}\n`));
  const { summary } = folder;
  if (summary) {
    screen.write(`${path} is finished: nothing is left to do\n`);
    if (json) writeJson(console, { ...summary, run: path });
    return EXIT.ok;
  }
  const { checkpoint, damaged } = await folder.latestCheckpoint();
  for (const message of damaged) screen.write(`${message}\n`);
  if (!checkpoint) screen.write('there is no checkpoint yet: starting at step 0\n');
  const rewound = async () => {
    await folder.rewind(checkpoint?.record.step ?? 0);
    return folder;
  };
  return trainRun(config, rewound, { console, use, ...(json && { json }), checkpoint });
}
