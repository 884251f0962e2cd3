import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Command, evenkeel, filesBelow, writeDigits } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'evenkeel-bad-'));
const at = (...parts: string[]) => join(folder, ...parts);
const short = ['--steps', '2', '--batch-size', '4'];

beforeAll(async () => {
  writeDigits(at('idx'));
  expect(await evenkeel(folder, 'train', 'digits', '--data', 'idx', ...short, '--run', 'run')).toMatchObject({
    code: 0,
  });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a command that has to fail with a message for people, and without a trace of the code. */
async function expectFailure(words: string[], code: number, ...messages: (string | RegExp)[]): Promise<void> {
  const finished = await evenkeel(folder, ...words);
  expect(finished.code).toBe(code);
  expect(finished.err).toMatch(/^error: /m);
  expect(finished.err).not.toMatch(/\n\s+at |not an error evenkeel foresaw/);
  expect(finished.out).toBe('');
  for (const message of messages) expect(finished.err).toMatch(message);
}

describe('a wrong command', () => {
  test.each([
    [['trian'], /unknown command 'trian'/, /Did you mean train\?/],
    [['train', 'date'], /unknown command 'date'/, /Did you mean dates\?/],
    [['train', 'dates', '--stesp', '3'], /unknown option '--stesp'/, /Did you mean --steps\?/],
    [['train', 'dates', '--steps', 'many'], /--steps/, /whole number/],
    [['train', 'dates', '--lr', '-1'], /--lr/, /above 0/],
    [['train', 'dates', '--threads', '0'], /--threads/, /at least 1/],
    [['train', 'dates', '--backend', 'wsam'], /no backend "wsam"/, /did you mean wasm\?/],
    [['train', 'dates', '--precision', 'float8'], /--precision/, /float32, float16/],
    [['train', 'dates', '--precision', 'float16', '--run', 'half'], /wasm has no float16/, /--backend webgpu/],
    [['train', 'digits'], /digits needs images/, /--data/],
    [['train', 'chars'], /chars needs a text/, /--text/],
    [['train', 'digits', '--data', 'idx', '--run', 'run'], /already holds a run/, /evenkeel resume run\n.*--force/],
    [['resume'], /missing required argument 'run'/, /./],
    [['predict', 'run'], /digits needs an image/, /IDX file/],
  ])(
    '%j is refused with what to do instead',
    async (words, ...messages) => {
      await expectFailure(words, 2, ...messages);
    },
    30_000,
  );
});

describe('a run folder', () => {
  test('that is none is refused', async () => {
    mkdirSync(at('empty'));
    await expectFailure(['resume', 'empty'], 1, /empty is not a run folder/);
    await expectFailure(['predict', 'nowhere', 'x'], 1, /nowhere is not a run folder/);
  }, 30_000);

  test('with a misspelled setting is refused with the nearest one', async () => {
    mkdirSync(at('typo'));
    const config = readFileSync(at('run', 'config.yaml'), 'utf8');
    writeFileSync(at('typo', 'config.yaml'), config.replace('batchSize', 'batchSzie'));
    await expectFailure(['resume', 'typo'], 2, /no batchSzie/, /did you mean batchSize\?/);
    writeFileSync(at('typo', 'config.yaml'), config.replace('lr: 0.002', 'lr: fast'));
    await expectFailure(['resume', 'typo'], 2, /optimizer\.lr is wrong/, /"fast"/);
    writeFileSync(at('typo', 'config.yaml'), 'task: [');
    await expectFailure(['resume', 'typo'], 2, /config\.yaml is not YAML/);
  }, 30_000);

  test('whose model is damaged, or of other sizes, is refused', async () => {
    mkdirSync(at('sick'));
    const config = readFileSync(at('run', 'config.yaml'), 'utf8');
    writeFileSync(at('sick', 'config.yaml'), config);
    const model = readFileSync(at('run', 'model.safetensors'));
    const predict = ['predict', 'sick', 'idx/t10k-images-idx3-ubyte'];
    writeFileSync(at('sick', 'model.safetensors'), model.subarray(0, 1000));
    await expectFailure(predict, 1, /sick\/model\.safetensors/);
    const lying = Buffer.from(model);
    lying.writeBigUInt64LE(2n ** 40n);
    writeFileSync(at('sick', 'model.safetensors'), lying);
    await expectFailure(predict, 1, /sick\/model\.safetensors/);
    writeFileSync(at('sick', 'model.safetensors'), model);
    writeFileSync(at('sick', 'config.yaml'), config.replace('hidden: 256', 'hidden: 32'));
    await expectFailure(predict, 1, /layers\.0\.weight is \[256, 64\], the module's is \[32, 64\]/);
  }, 30_000);
});

describe('data', () => {
  const damage: [what: string, file: string, change: (bytes: Buffer) => Buffer, message: RegExp][] = [
    ['cut off', 'train-images-idx3-ubyte', (bytes) => bytes.subarray(0, 500), /is cut off, at byte 500/],
    [
      'with a wrong magic number',
      'train-labels-idx1-ubyte',
      (bytes) => bytes.fill(9, 0, 1),
      /wrong magic number, at byte 0/,
    ],
    [
      'with a header that claims gigabytes',
      't10k-images-idx3-ubyte',
      (bytes) => bytes.fill(255, 4, 12),
      /is cut off, at byte 3856/,
    ],
    ['of another length', 't10k-labels-idx1-ubyte', (bytes) => withLabels(bytes, 59), /60 images in .*, 59 labels in/],
    [
      'with a label that is no class',
      'train-labels-idx1-ubyte',
      (bytes) => bytes.fill(77, 8, 9),
      /label 77 of image 0/,
    ],
    ['that is broken gzip', 'train-images-idx3-ubyte', (bytes) => gzipSync(bytes).subarray(0, 900), /is not whole/],
  ];

  test.each(damage)(
    '%s is refused, naming the file',
    async (_, file, change, message) => {
      writeDigits(at('bad'));
      writeFileSync(at('bad', file), change(readFileSync(at('bad', file))));
      await expectFailure(
        ['train', 'digits', '--data', 'bad', '--run', 'bad-run'],
        1,
        message,
        new RegExp(`bad/${file}`),
      );
      expect(existsSync(at('bad-run'))).toBe(false);
    },
    30_000,
  );

  test('that is missing is refused', async () => {
    await expectFailure(['train', 'digits', '--data', 'nowhere'], 1, /train-images-idx3-ubyte is missing in .*nowhere/);
    await expectFailure(
      ['train', 'chars', '--text', 'nowhere.txt'],
      1,
      /nowhere\.txt cannot be read: there is no such file/,
    );
  }, 30_000);

  test('that changed since the run began is refused', async () => {
    writeDigits(at('changing'));
    const command = ['train', 'digits', '--data', 'changing', ...short, '--run', 'changed'];
    expect((await evenkeel(folder, ...command)).code).toBe(0);
    rmSync(at('changed', 'summary.json'));
    writeFileSync(
      at('changing', 't10k-labels-idx1-ubyte'),
      readFileSync(at('idx', 't10k-labels-idx1-ubyte')).fill(1, 8),
    );
    const { code, err } = await evenkeel(folder, 'resume', 'changed');
    expect(code).toBe(1);
    expect(err).toMatch(/changing has changed since the run began/);
  }, 30_000);

  test('that a model cannot read is refused', async () => {
    await expectFailure(['predict', 'run', 'idx/t10k-labels-idx1-ubyte'], 1, /expected: bytes of shape \[N, 8, 8\]/);
    await expectFailure(['predict', 'run', 'idx/t10k-images-idx3-ubyte', '60'], 1, /no such image[\s\S]*0 to 59/);
  }, 30_000);
});

test('a full disk ends the run with a clear error, and what was saved before is whole', async () => {
  const filling = join(import.meta.dirname, 'full-disk.ts');
  const words = [
    'train',
    'digits',
    '--data',
    'idx',
    '--steps',
    '30',
    '--batch-size',
    '8',
    '--checkpoint-every',
    '5',
    '--run',
    'full',
  ];
  const { code, err } = await new Command(words, { cwd: folder, imports: [filling] }).finished;
  expect(code).toBe(1);
  expect(err).toMatch(/^error: .*the disk is full/);
  expect(err).not.toMatch(/\n\s+at /);
  const resumed = await evenkeel(folder, 'resume', 'full');
  expect(resumed.code).toBe(0);
  expect(resumed.out).toContain('going on from step 10');
}, 60_000);

test('vectors that cannot be joined are an error before anything is written', async () => {
  const imports = [join(import.meta.dirname, 'other-processor.ts')];
  const words = ['train', 'digits', '--data', 'idx', ...short, '--run', 'not-joined', '--wide'];
  const { code, err } = await new Command(words, { cwd: folder, imports }).finished;
  expect(code).toBe(2);
  expect(err).toMatch(/^error: Vectors cannot be joined here/);
  expect(err).toMatch(/Node \d+\.\d+\.\d+ on riscv64[\s\S]*x64[\s\S]*leave --wide out/);
  expect(existsSync(at('not-joined'))).toBe(false);
});

test('what cannot begin leaves the run that is there as it was, and makes none', async () => {
  const imports = [join(import.meta.dirname, 'no-gpu.ts')];
  writeFileSync(at('short.txt'), 'To be');
  const begun = new Command('train dates --steps 900 --checkpoint-every 2 --run kept'.split(' '), { cwd: folder });
  await begun.until(() => existsSync(at('kept', 'checkpoints')) && readdirSync(at('kept', 'checkpoints')).length > 1);
  begun.kill('SIGKILL');
  await begun.finished;
  const digest = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
  const run = () => filesBelow(at('kept')).map((file) => [file, digest(file)]);
  const before = run();
  const cannot: [string, number, RegExp][] = [
    ['train dates --backend webgpu --run kept --force', 1, /no WebGPU in Node by itself[\s\S]*npm install webgpu/],
    ['resume kept --backend webgpu', 1, /no WebGPU in Node by itself/],
    ['train chars --text short.txt --run kept --force', 1, /too short for its windows/],
    ['train chars --text short.txt --run none', 1, /too short for its windows/],
    ['train digits --data idx --batch-size 1000 --run kept --force', 2, /nothing to train on[\s\S]*smaller batch/],
  ];
  for (const [words, expected, message] of cannot) {
    const { code, err } = await new Command(words.split(' '), { cwd: folder, imports }).finished;
    expect(err).toMatch(/^error: /m);
    expect(err).toMatch(message);
    expect(code).toBe(expected);
    expect(run()).toEqual(before);
  }
  expect(existsSync(at('none'))).toBe(false);
}, 60_000);

test('memory that runs out ends the run with what was asked for, and how to go on with what is saved', async () => {
  const words = 'train dates --steps 4 --batch-size 2 --checkpoint-every 2 --run tight'.split(' ');
  const imports = [join(import.meta.dirname, 'no-memory.ts')];
  const { code, out, err } = await new Command(words, { cwd: folder, imports }).finished;
  expect(code).toBe(1);
  expect(out).toMatch(/step 4\/4[\s\S]*the device failed; what is saved goes on with: .*resume tight/);
  expect(err).toMatch(/^error: there is no memory for a buffer of \d+ bytes[\s\S]*smaller batches/);
  expect(err).not.toMatch(/\n\s+at /);
  const resumed = await evenkeel(folder, 'resume', 'tight');
  expect(resumed.code).toBe(0);
  expect(resumed.out).toContain('going on from step 4');
}, 60_000);

function withLabels(bytes: Buffer, count: number): Buffer {
  const cut = Buffer.from(bytes.subarray(0, 8 + count));
  cut.writeUInt32BE(count, 4);
  return cut;
}
