import { type TorchList, words } from './torch-list.ts';

export const raised: TorchList = {
  title: 'What PyTorch raises',
  names: words(`
    RuntimeError ValueError TypeError IndexError KeyError NotImplementedError torch.OutOfMemoryError
    torch.AcceleratorError torch.linalg.LinAlgError`),
  here: (name) => name,
  elsewhere: {
    RuntimeError: '`ShapeError`, `DTypeError`, `DeviceError`, `StateDictError`: what it is about has a class',
    ValueError: '`ConfigError`, of data `DataError`',
    TypeError: '`DTypeError`; of arguments the compiler of TypeScript',
    KeyError: '`StateDictError`, `ConfigError`, with the nearest known name',
    NotImplementedError: '`DTypeError` for a dtype that a backend lacks',
    'torch.OutOfMemoryError': '`DeviceError`',
    'torch.AcceleratorError': '`DeviceError`',
  },
  leftOut: { 'torch.linalg.LinAlgError': 'there are no matrix factorizations that could fail' },
};
