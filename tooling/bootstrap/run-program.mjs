import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * @typedef {object} Step
 * @property {string} file a path, or the name of a program on the toolchain's PATH
 * @property {string[]} args
 * @property {string} cwd
 * @property {'stderr'} [stdout] where its output goes instead of stdout
 */

/**
 * Runs one program to its end and resolves to its exit code. Signals are passed on and never end this process first:
 * a training run that is told to stop still saves a checkpoint and says how to go on.
 * @param {Step} step
 * @param {import('./toolchain.mjs').Toolchain} toolchain
 * @returns {Promise<number>}
 */
export function runProgram(step, toolchain) {
  const isNode = step.file === toolchain.node;
  const args = isNode ? ['--import', new URL('./once-per-signal.mjs', import.meta.url).href, ...step.args] : step.args;
  const file = isNode ? step.file : find(step.file, toolchain.env.PATH);
  const child = spawn(file, args, {
    cwd: step.cwd,
    env: toolchain.env,
    stdio: ['inherit', step.stdout === 'stderr' ? process.stderr : 'inherit', 'inherit'],
    shell: file.endsWith('.cmd'),
  });

  // On Windows the console tells the whole group by itself, and kill() would end the child at once.
  const forward = (signal) => process.platform !== 'win32' && child.kill(signal);
  for (const signal of forwarded) process.on(signal, forward);
  return new Promise((resolve) => {
    const end = (code) => {
      for (const signal of forwarded) process.off(signal, forward);
      resolve(code);
    };
    child.on('error', (error) => {
      console.error(`Could not start ${file}: ${error.message}`);
      end(1);
    });
    child.on('exit', (code, signal) => end(code ?? 128 + constants.signals[signal]));
  });
}

function find(name, path) {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd'] : [''];
  for (const folder of path.split(delimiter)) {
    for (const ending of endings) {
      if (existsSync(join(folder, name + ending))) return join(folder, name + ending);
    }
  }
  return name;
}
