export { tuningFile } from './node/tuning-file.ts';
