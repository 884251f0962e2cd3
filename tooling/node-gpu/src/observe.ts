/**
 * The same GPU, of whose devices one hears.
 *
 * @param meet is given each device before whoever asked for it is
 * @param limits what adapters pretend to have; default: what they have
 */
export function observe(gpu: GPU, meet: (device: GPUDevice) => void, limits?: Partial<GPUSupportedLimits>): GPU {
  const requestAdapter = async (wanted?: GPURequestAdapterOptions): Promise<GPUAdapter | null> => {
    const adapter = await gpu.requestAdapter(wanted);
    if (!adapter) return null;
    const requestDevice = async (descriptor?: GPUDeviceDescriptor): Promise<GPUDevice> => {
      const device = await adapter.requestDevice(descriptor);
      meet(device);
      return device;
    };
    const { features, info } = adapter;
    return { features, limits: limits ?? adapter.limits, info, requestDevice } as GPUAdapter;
  };
  return { requestAdapter } as GPU;
}

/** How often a device was asked for something. */
export interface DeviceCounts {
  submissions: number;
  dispatches: number;
  buffers: number;
  bindGroups: number;
  pipelines: number;
  shaders: number;
}

/** Counts what a device is asked for from now on. */
export function count(device: GPUDevice): DeviceCounts {
  const counts: DeviceCounts = { submissions: 0, dispatches: 0, buffers: 0, bindGroups: 0, pipelines: 0, shaders: 0 };
  const notice = <Owner extends object>(owner: Owner, method: keyof Owner & string, what: keyof DeviceCounts): void => {
    const plain = owner[method] as (...given: unknown[]) => unknown;
    const counted = (...given: unknown[]): unknown => {
      counts[what]++;
      return plain.apply(owner, given);
    };
    Object.defineProperty(owner, method, { value: counted });
  };
  notice(device.queue, 'submit', 'submissions');
  notice(device, 'createBuffer', 'buffers');
  notice(device, 'createBindGroup', 'bindGroups');
  notice(device, 'createComputePipeline', 'pipelines');
  notice(device, 'createComputePipelineAsync', 'pipelines');
  notice(device, 'createShaderModule', 'shaders');
  const { createCommandEncoder } = device;
  device.createCommandEncoder = (descriptor) => {
    const encoder = createCommandEncoder.call(device, descriptor);
    const { beginComputePass } = encoder;
    encoder.beginComputePass = (described) => {
      const pass = beginComputePass.call(encoder, described);
      notice(pass, 'dispatchWorkgroups', 'dispatches');
      return pass;
    };
    return encoder;
  };
  return counts;
}
