/** Whole programs: everything a page would load, minified and gzipped. */
export const programBudgets: Record<string, { entry: string; limit: string }> = {
  'MLP training program': { entry: 'src/mlp.ts', limit: '60 kB' },
};

/** Each package's own code, without the packages it imports. */
export const packageBudgets: Record<string, string> = {
  errors: '2 kB',
  backend: '6 kB',
  'backend-cpu': '6 kB',
  'backend-null': '2 kB',
  'backend-wasm': '20 kB',
  compiler: '20 kB',
  tensor: '20 kB',
  schedulers: '5 kB',
  optimizers: '5 kB',
  'nn-layers': '12 kB',
  formats: '5 kB',
  data: '6 kB',
  models: '5 kB',
  trainer: '10 kB',
};
