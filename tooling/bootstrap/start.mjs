// The door of every root script: `node tooling/bootstrap/start.mjs <command> [arguments]`.
// It needs only a Node from 18 on and npm; it brings pnpm and, where the host's Node is too old, a newer Node,
// installs what the lockfile names, and then runs the command in the folder it was called from.
// Whatever it has to say goes to stderr: stdout belongs to the command.

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commands } from './commands.mjs';
import { installDependencies } from './install.mjs';
import { runProgram } from './run-program.mjs';
import { findToolchain } from './toolchain.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const [name = '', ...args] = process.argv.slice(2);
const command = commands[name];
if (!command) {
  console.error(`No command "${name}". There are: ${Object.keys(commands).join(', ')}.`);
  process.exit(2);
}

const toolchain = findToolchain(root);
if (command.needsInstall?.(args) ?? true) installDependencies(root, toolchain);

const from = process.env.INIT_CWD || process.cwd();
for (const step of command.steps({ root, from, args, toolchain })) {
  const code = await runProgram(step, toolchain);
  if (code !== 0) process.exit(code);
}
