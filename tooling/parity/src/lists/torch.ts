import { type TorchList, words } from './torch-list.ts';

const python = 'for Python and its C++ side alone';
const oneProcess = 'training is in one process';
const otherDevices = 'devices are backends: packages of their own';

/** PyTorch's reference, page by page (docs.pytorch.org/docs/stable/pytorch-api.html). */
export const torchModules: TorchList = {
  title: "The pages of PyTorch's reference",
  names: words(`
    torch torch.nn torch.nn.functional torch.Tensor tensor_attributes tensor_view torch.amp torch.autograd torch.library
    torch.accelerator torch.cpu torch.cuda torch.mps torch.xpu torch.mtia meta torch.backends torch.export
    torch.distributed torch.distributions torch.compiler torch.fft torch.func torch.futures torch.fx torch.hub torch.jit
    torch.linalg torch.monitor torch.signal torch.special torch.overrides torch.nativert torch.package torch.profiler
    torch.nn.init torch.nn.attention torch.onnx torch.optim complex_numbers ddp_comm_hooks quantization rpc torch.random
    torch.masked torch.nested torch.Size torch.sparse torch.Storage torch.testing torch.utils torch.utils.benchmark
    torch.utils.checkpoint torch.utils.cpp_extension torch.utils.data torch.utils.deterministic torch.utils.jit
    torch.utils.dlpack torch.utils.mobile_optimizer torch.utils.model_zoo torch.utils.tensorboard
    torch.utils.module_tracker type_info named_tensor torch.__config__ torch.__future__ torch._logging
    torch_environment_variables`),
  here: (name) => name,
  elsewhere: {
    torch: '[tensor functions](../../docs/tensor-functions.md)',
    'torch.Tensor': '[tensor functions](../../docs/tensor-functions.md)',
    'torch.nn': '[nn-layers](../../packages/nn-layers)',
    'torch.nn.functional': '[nn-layers](../../packages/nn-layers)',
    'torch.nn.init': '[nn-layers](../../packages/nn-layers)',
    'torch.nn.attention':
      '`scaledDotProductAttention` of `@evenkeel/nn-layers`; which kernel runs is not chosen by hand',
    'torch.optim': '[optimizers](../../packages/optimizers) and [schedulers](../../packages/schedulers)',
    'torch.amp': '`autocast` of `@evenkeel/tensor`, `GradScaler` of `@evenkeel/optimizers`',
    'torch.autograd': '[tensor](../../packages/tensor)',
    'torch.func': '[tensor](../../packages/tensor)',
    'torch.linalg': '[tensor](../../packages/tensor)',
    'torch.special': '[tensor](../../packages/tensor)',
    'torch.random': '`Generator` of `@evenkeel/tensor`, `manualSeed` of `@evenkeel/tensor`',
    'torch.utils.checkpoint': '`checkpoint` of `@evenkeel/tensor`',
    'torch.utils.data': '[data](../../packages/data)',
    'torch.backends': '[backend](../../packages/backend)',
    meta: '`nullBackend` of `@evenkeel/backend-null`',
    tensor_attributes: 'the dtype and shape of a tensor; its device is the backend',
    tensor_view: 'views share memory as in PyTorch, but nothing can tell: tensors are not mutated',
    'torch.Size': 'an array of numbers',
    'torch.testing': '`allclose` of `@evenkeel/tensor`',
  },
  leftOut: {
    'torch.library': python,
    'torch.export': python,
    'torch.overrides': python,
    'torch.package': python,
    'torch.futures': python,
    'torch.jit': python,
    'torch.utils': python,
    'torch.utils.jit': python,
    'torch.utils.cpp_extension': python,
    'torch.utils.dlpack': python,
    'torch.utils.module_tracker': python,
    'torch.nativert': python,
    'torch.__config__': python,
    'torch.__future__': python,
    'torch.Storage': 'memory is the backend’s business',
    'torch.accelerator': otherDevices,
    'torch.cpu': otherDevices,
    'torch.cuda': otherDevices,
    'torch.mps': otherDevices,
    'torch.xpu': otherDevices,
    'torch.mtia': otherDevices,
    rpc: oneProcess,
    'torch.monitor': oneProcess,
    'torch.distributions': 'draws, and losses of densities, but no objects for distributions',
    'torch.fft': 'no Fourier transforms',
    'torch.signal': 'no Fourier transforms',
    complex_numbers: 'real numbers only',
    quantization: 'no quantized dtypes',
    'torch.fx': 'modules are not rewritten as graphs',
    'torch.hub': 'nothing is downloaded',
    'torch.utils.model_zoo': 'nothing is downloaded',
    'torch.masked': 'masks are tensors beside the values',
    'torch.nested': 'variable lengths are padded and masked',
    'torch.sparse': 'dense tensors only',
    'torch.utils.deterministic': 'results are the same at every run',
    'torch.utils.mobile_optimizer': 'deprecated in PyTorch',
    named_tensor: 'deprecated in PyTorch',
    type_info: 'dtypes are four: no finfo, no iinfo',
  },
};
