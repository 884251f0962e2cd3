import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DataError } from '@evenkeel/errors';
import { readSafetensors, writeSafetensors } from '@evenkeel/formats';
import { sha256, writeFileAtomically } from '@evenkeel/formats/node';
import { type Checkpoint, type CheckpointRecord, checkRecord } from '../checkpoint.ts';
import { type Disk, explainDisk, syncFolder } from './disk.ts';

// What a folder is called until it is complete, and again while it is deleted.
const TEMPORARY = '.tmp-';

/** Length and SHA-256 of each tensor file, by its name; part of `state.json`. */
type Files = Record<string, { bytes: number; sha256: string }>;

/**
 * Writes a checkpoint as a folder `step-N`: two tensor files, then `state.json` with their checksums, all in a
 * temporary folder that takes its name only when it is complete.
 *
 * @throws DataError if the disk is full or refuses; nothing is left half-written then
 */
export async function writeCheckpoint(folder: string, checkpoint: Checkpoint, disk: Disk): Promise<void> {
  const temporary = temporaryName(folder);
  const work = `saving ${folder}`;
  await explainDisk(work, async () => {
    await disk.rm(temporary, { recursive: true, force: true });
    await disk.mkdir(temporary, { recursive: true });
  });
  try {
    const files: Files = {};
    for (const name of ['model', 'state'] as const) {
      const bytes = writeSafetensors(checkpoint[name]);
      await writeFileAtomically(join(temporary, `${name}.safetensors`), bytes, { fs: disk });
      files[`${name}.safetensors`] = { bytes: bytes.length, sha256: sha256(bytes) };
    }
    const json = `${JSON.stringify({ ...checkpoint.record, files }, null, 2)}\n`;
    await writeFileAtomically(join(temporary, 'state.json'), json, { fs: disk });
    await explainDisk(work, async () => {
      // One of the same step is there when a damaged one was passed over, or a run was made to go back.
      await discard(folder, disk);
      await disk.rename(temporary, folder);
      await syncFolder(dirname(folder), disk);
    });
  } catch (error) {
    await disk.rm(temporary, { recursive: true, force: true }).catch(() => {});
    throw error;
  }
}

/**
 * Reads a checkpoint folder and holds it against its checksums.
 *
 * @throws DataError naming the file that is missing, changed or damaged
 */
export async function readCheckpoint(folder: string): Promise<Checkpoint> {
  const path = join(folder, 'state.json');
  const { files, ...record } = parse(path) as CheckpointRecord & { files?: Files };
  const read = async (name: string) => {
    const file = join(folder, name);
    const bytes = readWhole(file);
    const expected = files?.[name];
    if (expected?.bytes !== bytes.length || expected.sha256 !== sha256(bytes)) {
      throw new DataError(`${file} is not the file that was saved`, {
        got: `${bytes.length} bytes, SHA-256 ${sha256(bytes)}`,
        expected: expected ? `${expected.bytes} bytes, SHA-256 ${expected.sha256}` : 'an entry in state.json',
      });
    }
    return readSafetensors(bytes).tensors;
  };
  return {
    record: checkRecord(record, path),
    model: await read('model.safetensors'),
    state: await read('state.safetensors'),
  };
}

/** The steps for which a folder holds a checkpoint, rising. */
export function savedSteps(folder: string): number[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).map((name) => /^step-(\d+)$/.exec(name)?.[1]);
  return names
    .filter((step) => step !== undefined)
    .map(Number)
    .sort((left, right) => left - right);
}

/** Deletes a checkpoint; it loses its name first, so that no half of it is ever found. */
export async function discard(folder: string, disk: Disk): Promise<void> {
  if (!existsSync(folder)) return;
  const doomed = `${temporaryName(folder)}-old`;
  await disk.rm(doomed, { recursive: true, force: true });
  await disk.rename(folder, doomed);
  await disk.rm(doomed, { recursive: true, force: true });
}

/** Deletes what a killed process left over. */
export async function discardTemporaries(folder: string, disk: Disk): Promise<void> {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    if (name.startsWith(TEMPORARY)) await disk.rm(join(folder, name), { recursive: true, force: true });
  }
}

function temporaryName(folder: string): string {
  return join(dirname(folder), `${TEMPORARY}${basename(folder)}`);
}

function parse(path: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(readWhole(path)));
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    throw new DataError(`${path} is not JSON`, { cause });
  }
}

function readWhole(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new DataError(`${path} cannot be read`, { got: (cause as Error).message, cause });
  }
}
