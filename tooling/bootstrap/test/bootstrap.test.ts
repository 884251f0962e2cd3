import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readMemory, writeMemory } from '../memory.mjs';
import { isSupportedNode } from '../toolchain.mjs';

const runner = new URL('../run-program.mjs', import.meta.url).href;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evenkeel-bootstrap-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Runs `program` the way the bootstrap does, as a child of a process that can be signalled. */
function runThrough(program: string): string[] {
  writeFileSync(join(folder, 'program.mjs'), program);
  writeFileSync(
    join(folder, 'outer.mjs'),
    `import { runProgram } from ${JSON.stringify(runner)};
     const toolchain = { node: process.execPath, pnpm: '', env: process.env };
     process.exit(await runProgram({ file: process.execPath, args: ['program.mjs'], cwd: ${JSON.stringify(folder)} }, toolchain));`,
  );
  return [join(folder, 'outer.mjs')];
}

test('accepts exactly the Node versions that every tool accepts', () => {
  for (const version of ['v22.19.0', 'v24.11.0', 'v26.0.0', 'v27.1.0'])
    expect(isSupportedNode(version), version).toBe(true);
  for (const version of ['v18.20.0', 'v20.20.2', 'v22.18.9', 'v23.9.0', 'v24.10.0', 'v25.9.0']) {
    expect(isSupportedNode(version), version).toBe(false);
  }
});

test('forgets the installation together with node_modules, and keeps what it is not told to change', () => {
  expect(readMemory(folder)).toEqual({});
  writeMemory(folder, { installed: 'a' });
  writeMemory(folder, { toolchains: {} });
  expect(readMemory(folder)).toEqual({ installed: 'a', toolchains: {} });
  rmSync(join(folder, 'node_modules'), { recursive: true });
  expect(readMemory(folder)).toEqual({});
});

test('passes on the exit code and the output of the program, and adds nothing', () => {
  const { status, stdout } = spawnSync(process.execPath, runThrough(`console.log('last'); process.exitCode = 7;`), {
    encoding: 'utf8',
  });
  expect(status).toBe(7);
  expect(stdout).toBe('last\n');
});

test('lets the program finish after SIGINT, and ends after it with its code', async () => {
  const args = runThrough(`
    process.on('SIGINT', () => setTimeout(() => { console.log('saved'); process.exit(130); }, 300));
    setTimeout(() => process.exit(99), 4000);
    console.log('ready');
  `);
  const { output, code } = await signalWhenReady(args, ['SIGINT']);
  expect(output).toBe('ready\nsaved\n');
  expect(code).toBe(130);
});

test('tells the program once when one Ctrl-C arrives three times, and again at the next press', async () => {
  const args = runThrough(`
    let heard = 0;
    process.on('SIGINT', () => { heard++; console.log('heard'); });
    setTimeout(() => process.exit(99), 4000);
    setTimeout(() => process.exit(heard), 1500);
    console.log('ready');
  `);
  const { code } = await signalWhenReady(args, ['SIGINT', 'SIGINT', 'SIGINT', 800, 'SIGINT']);
  expect(code).toBe(2);
});

test('drops the copies of a signal that arrive while the program is busy', async () => {
  const args = runThrough(`
    let heard = 0;
    process.on('SIGINT', () => {
      heard++;
      const end = performance.now() + 900;
      while (performance.now() < end);
    });
    setTimeout(() => process.exit(99), 4000);
    setTimeout(() => process.exit(heard), 1800);
    console.log('ready');
  `);
  const { code } = await signalWhenReady(args, ['SIGINT', 100, 'SIGINT', 100, 'SIGINT']);
  expect(code).toBe(1);
});

test('refuses a command that does not exist and names those that do', () => {
  const start = new URL('../start.mjs', import.meta.url).pathname;
  const { status, stderr } = spawnSync(process.execPath, [start, 'evenkel'], { encoding: 'utf8' });
  expect(status).toBe(2);
  expect(stderr).toContain('evenkeel');
});

/** Starts Node, waits for the program's `ready`, then sends signals and waits milliseconds in the given order. */
function signalWhenReady(
  args: string[],
  script: (NodeJS.Signals | number)[],
): Promise<{ output: string; code: number | null }> {
  mkdirSync(folder, { recursive: true });
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', async (chunk) => {
    const isFirst = output === '';
    output += chunk;
    if (!isFirst) return;
    for (const step of script) {
      if (typeof step === 'number') await new Promise((resolve) => setTimeout(resolve, step));
      else child.kill(step);
      // Signals of one kind that are not yet delivered would merge into one.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ output, code })));
}
