/** Whole programs: everything a page would load, minified and gzipped. */
export const programBudgets: Record<string, { entry: string; limit: string }> = {
  // The promise of the README: training in a page costs less than a picture.
  'MLP training program': { entry: 'src/mlp.ts', limit: '60 kB' },
  // The same, compiled: the recorder, fusion and the planner come with `compile`, and with nothing else.
  // 0.2 kB of it keep what a checkpoint computes anew apart from the first time, and 0.2 have less kept for gradients, in every plan;
  // 0.3 let sums over columns go along with rows; 0.4 are float16: what is stored so is computed in float32, and autocast; 0.2 read what
  // is larger than caches along several streams; 0.2 make tiles of two widths; 0.1 compute what is compared with its own largest once; 0.2
  // plan chains of thousands of links, each looked at once.
  'the same, compiled': { entry: 'src/mlp-compiled.ts', limit: '75.8 kB' },
};

/**
 * Each package's own code, without the packages it imports and without its `./node` entry: what was measured when the
 * package was first whole, and a fifth more to grow. Raise one together with the reason.
 */
export const packageBudgets: Record<string, string> = {
  // Message building and the nearest known name.
  errors: '1.2 kB',
  // Types, shapes, the printers of kernels (attention has most parts), and the blocks that a heap is cut in.
  backend: '4.4 kB',
  // Plain loops; it is for tests, but a page may hold results against it. Attention, forward and backward, is a tenth.
  'backend-cpu': '9 kB',
  'backend-null': '1.5 kB',
  // A WebAssembly assembler, vector math for each function, packed contractions, reductions in stages, and scripts that threads share.
  'backend-wasm': '33 kB',
  // Functions in WGSL, shaders by kernel form and shape, one heap, pipelines and programs; 0.8 kB let a buffer lie in several memories,
  // 0.8 store float16, 1 kB has elements and rows read by vectors.
  'backend-webgpu': '22.4 kB',
  // One record per primitive, fusion, and the planner with its batches and repetitions; a program that does not compile takes the
  // records that it computes with and two fifths of the rest. 0.7 kB of it let sums over columns go along with rows, 0.1 round to float16,
  // 0.2 compute what is compared with its own largest once, 0.1 end a kernel before it is deeper than the stack,
  // 0.7 leave out the zeros between a convolution's inputs, 0.1 fold windows step by step.
  compiler: '28 kB',
  // All tensor functions, and `compile`. The methods that come with the package cannot be shaken off: a third of it; a program takes a
  // handful of the rest, whose methods are an entry of their own.
  tensor: '44 kB',
  // All schedules; a program takes one or two of them.
  schedulers: '5.5 kB',
  // All optimizers, of which a program takes one; accumulation, averages and ensembles; loss scaling, and since then each optimizer's
  // numbers as tensors too, for steps that the device may skip (2.3 kB).
  optimizers: '11.7 kB',
  // All of PyTorch's layers, with convolutions and recurrent ones, and all losses; a program takes a handful.
  'nn-layers': '40 kB',
  formats: '5.5 kB',
  // Dates, tokenizers, BLEU, scaling, augmentation, loaders: a program takes a few of them. CSV and image files, which
  // bring libraries, are entries of their own.
  data: '16 kB',
  // Fifteen architectures, a replay buffer and an environment; a program takes one.
  models: '13.5 kB',
  // The loop, exact resume, and since then going on where a device was lost, with losses that are read late (1.4 kB).
  trainer: '5.8 kB',
};

/** Packages with some of what they load later, each file minified and gzipped by itself. */
export const laterBudgets: Record<string, { name: string; later: RegExp; limit: string }> = {
  // Attention, forward and backward. A test of `models` holds that no training step of theirs loads anything else.
  'backend-webgpu, any model': { name: 'backend-webgpu', later: /attention/, limit: '25 kB' },
  // Sorting and running folds, and functions that few programs have. Files that share code cost 1 kB more than one; what measures
  // products is an entry of its own, which pages import.
  'backend-webgpu, all of it': { name: 'backend-webgpu', later: /^/, limit: '28.9 kB' },
};
