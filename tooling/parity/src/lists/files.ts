import { camelCase, type TorchList, words } from './torch-list.ts';

const pickle = 'a pickle runs code when it is read; PyTorch reads and writes safetensors as well';

export const saving: TorchList = {
  title: 'Files (`torch`, `safetensors.torch`)',
  names: words(`
    torch.save torch.load safetensors.torch.save_file safetensors.torch.load_file safetensors.torch.save
    safetensors.torch.load safetensors.torch.save_model safetensors.torch.load_model safetensors.safe_open`),
  here: camelCase,
  elsewhere: {
    'safetensors.torch.save_file': '`writeSafetensorsFile` of `@evenkeel/formats/node`',
    'safetensors.torch.load_file': '`readSafetensorsFile` of `@evenkeel/formats/node`',
    'safetensors.torch.save': '`writeSafetensors`',
    'safetensors.torch.load': '`readSafetensors`',
    'safetensors.torch.save_model': '`writeSafetensors` with what `toHost` of `@evenkeel/trainer` gives',
    'safetensors.torch.load_model': '`loadModel` of `@evenkeel/trainer` with what `readSafetensors` gives',
    'safetensors.safe_open': '`readSafetensors`, whose tensors are views of the bytes',
  },
  leftOut: { 'torch.save': pickle, 'torch.load': pickle },
};
