export { type Disk, realDisk } from './node/disk.ts';
export { MetricsFile, type MetricsLine } from './node/metrics-file.ts';
export { RunFolder, type RunFolderOptions } from './node/run-folder.ts';
