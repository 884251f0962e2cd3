import { getDefaultDtype } from '@evenkeel/tensor';

const shorthands: Record<string, string> = {
  F: 'nn.functional',
  'torch.nn': 'nn',
  'torch.linalg': 'linalg',
  'torch.optim': 'optim',
};

/** A dotted Python name that is no variable: `torch`, `nn.functional`, `torch.int64`. */
export class Namespace {
  readonly path: string;

  constructor(path: string) {
    this.path = shorthands[path] ?? path;
  }

  child(name: string): Namespace {
    return new Namespace(`${this.path}.${name}`);
  }

  /** Our dtype for `torch.float64` and the like: floats run in the dtype of the pass, integers as int32. */
  dtype(): string {
    const name = this.path.replace(/^torch\./, '');
    if (/^(float(32|64)?|double)$/.test(name)) return getDefaultDtype();
    if (/^(int(8|16|32|64)?|long|short|uint8)$/.test(name)) return 'int32';
    if (name === 'bool') return 'bool';
    throw new Error(`${this.path} is not a value the runner knows`);
  }
}
