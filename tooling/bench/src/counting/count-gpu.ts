import type { Counts } from '../contenders/session.ts';

const storage = 0x80;

// biome-ignore lint/suspicious/noExplicitAny: a method of any class, of which only some arguments are looked at
type Method = (this: any, ...args: any[]) => any;

/**
 * Counts what is asked of every GPU device from now on, by way of the classes of WebGPU: whatever library runs, it is counted alike.
 * Bytes bound are those of the storage buffers' ranges in the bind groups that are set at a dispatch.
 *
 * @param classes where the classes are: the global object, in a page
 * @returns the counts so far, which go on
 */
export function countGpu(classes: Readonly<Record<string, unknown>>): Readonly<Required<Omit<Counts, 'kernels'>>> {
  const counts = { dispatches: 0, submissions: 0, buffers: 0, boundBytes: 0 };
  const bytesOfGroup = new WeakMap<object, number>();
  const groupsOfPass = new WeakMap<object, number[]>();

  /** Has something done after each call of a method, with its result, whose it is and its arguments. */
  const after = (name: string, method: string, note: (result: object, self: object, args: unknown[]) => void): void => {
    const { prototype } = classes[name] as { prototype: Record<string, Method> };
    const original = prototype[method]!;
    prototype[method] = function (...args) {
      const result = original.apply(this, args);
      note(result, this, args);
      return result;
    };
  };
  after('GPUDevice', 'createBuffer', () => counts.buffers++);
  after('GPUQueue', 'submit', () => counts.submissions++);
  after('GPUDevice', 'createBindGroup', (group, _device, [descriptor]) => {
    let bytes = 0;
    for (const { resource } of (descriptor as GPUBindGroupDescriptor).entries) bytes += bytesOf(resource);
    bytesOfGroup.set(group, bytes);
  });
  after('GPUComputePassEncoder', 'setBindGroup', (_nothing, pass, [index, group]) => {
    const groups = groupsOfPass.get(pass) ?? [];
    groups[index as number] = group ? (bytesOfGroup.get(group as object) ?? 0) : 0;
    groupsOfPass.set(pass, groups);
  });
  for (const method of ['dispatchWorkgroups', 'dispatchWorkgroupsIndirect']) {
    after('GPUComputePassEncoder', method, (_nothing, pass) => {
      counts.dispatches++;
      for (const bytes of groupsOfPass.get(pass) ?? []) counts.boundBytes += bytes ?? 0;
    });
  }
  return counts;
}

/** Of a storage buffer's range; 0 of anything else. */
function bytesOf(resource: GPUBindingResource): number {
  const range = 'buffer' in resource ? (resource as GPUBufferBinding) : { buffer: resource as GPUBuffer };
  const { buffer, offset = 0 } = range;
  if (typeof buffer.size !== 'number' || (buffer.usage & storage) === 0) return 0;
  return range.size ?? buffer.size - offset;
}
