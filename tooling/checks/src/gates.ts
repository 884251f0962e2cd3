import { spawn } from 'node:child_process';

/** Runs checks one after another, prints a line for each, and keeps count. */
export class Gates {
  passed = 0;
  readonly failures: string[] = [];
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** A check within this process: it returns the problems it found. */
  call(name: string, check: () => string[]): void {
    const start = performance.now();
    const problems = check();
    this.#count(name, problems.length === 0);
    print(name, start, problems.length === 0, problems.join('\n'));
  }

  /** A program that passes by exit code 0. */
  async run(name: string, program: string, args: string[]): Promise<boolean> {
    const isGood = await this.show(name, program, args);
    this.#count(name, isGood);
    return isGood;
  }

  /** Runs a program without counting it, shows its output if it fails, and tells whether it passed. */
  async show(name: string, program: string, args: string[]): Promise<boolean> {
    const start = performance.now();
    if (process.stdout.isTTY) process.stdout.write(`… ${name}\r`);
    const { isGood, output } = await runProgram(program, args, this.#root);
    print(name, start, isGood, output);
    return isGood;
  }

  fail(name: string, reason: string): void {
    this.#count(name, false);
    console.log(`✗ ${name}: ${reason}`);
  }

  #count(name: string, isGood: boolean): void {
    if (isGood) this.passed++;
    else this.failures.push(name);
  }
}

function print(name: string, start: number, isGood: boolean, output: string): void {
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${isGood ? '✓' : '✗'} ${name} (${seconds} s)`);
  if (!isGood) console.log(output.trimEnd());
}

function runProgram(program: string, args: string[], cwd: string): Promise<{ isGood: boolean; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (error) => resolve({ isGood: false, output: error.message }));
    child.on('close', (code) => resolve({ isGood: code === 0, output: Buffer.concat(chunks).toString() }));
  });
}
