// Loaded before the command: from the checkpoint of step 4 on, WebAssembly's memory cannot grow.
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const { open } = promises;
promises.open = async (path, ...rest) => {
  if (String(path).includes('step-4')) {
    WebAssembly.Memory.prototype.grow = () => {
      throw new RangeError('out of memory');
    };
  }
  return open(path, ...rest);
};
syncBuiltinESMExports();
