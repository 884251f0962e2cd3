export { readSafetensorsFile, writeSafetensorsFile } from './node/safetensors-file.ts';
export { sha256 } from './node/sha256.ts';
export {
  removeTemporaryFiles,
  type WritableFile,
  type WriteOptions,
  type WritingFileSystem,
  writeFileAtomically,
} from './node/write-file-atomically.ts';
