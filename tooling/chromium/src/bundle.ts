import { build } from 'vite';

/** An entry and all that it imports, also what it loads later, as the text of one module for a page or a worker. */
export async function bundle(entry: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['@evenkeel/source', 'module', 'browser'] },
    build: {
      write: false,
      lib: { entry, formats: ['es'], fileName: 'bundle' },
      rollupOptions: { output: { codeSplitting: false } },
    },
  });
  const [output] = Array.isArray(result) ? result : [result];
  if (!output || !('output' in output)) throw new Error(`there is no bundle of ${entry}`);
  const [script, ...others] = output.output;
  if (others.length > 0) throw new Error(`${entry} gave more than one file: ${others.map(({ fileName }) => fileName)}`);
  return script.code;
}
