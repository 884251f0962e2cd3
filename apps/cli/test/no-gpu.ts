// Loaded before the command: as if the package webgpu were not installed.
import Module from 'node:module';

const modules = Module as unknown as { _resolveFilename: (name: string, ...rest: unknown[]) => string };
const resolve = modules._resolveFilename;
modules._resolveFilename = (name, ...rest) => {
  if (name === 'webgpu') throw new Error('not installed');
  return resolve(name, ...rest);
};
