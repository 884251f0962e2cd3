import type { ContractionKernel } from '@evenkeel/backend';
import { compiledKernel } from '../kernels/compiled-kernel.ts';
import { draftContraction } from '../kernels/contraction.ts';
import type { Profile } from '../kernels/profile.ts';
import type { Variant } from '../kernels/variant.ts';
import { textOf } from './candidates.ts';
import type { Clock } from './fastest.ts';
import { madeUpMemory } from './made-up-memory.ts';

export interface Stopwatch {
  readonly clock: Clock;
  close(): void;
}

type Dispatch = (pass: GPUComputePassEncoder) => void;

/**
 * Times variants of a contraction on made-up numbers in memory of their own: by the GPU's clock where it has one, otherwise from
 * the submission to the reading of a word.
 *
 * @returns nothing where the device has no memory for it
 */
export async function stopwatchFor(
  device: GPUDevice,
  kernel: ContractionKernel,
  profile: Profile,
  variants: readonly Variant[],
): Promise<Stopwatch | undefined> {
  const shaders = variants.map((variant) => compiledKernel(kernel, draftContraction(kernel, profile, variant)));
  const workspace = Math.max(...shaders.map(({ workspaceWords }) => workspaceWords));
  const made = await madeUpMemory(device, kernel, workspace);
  if (!made) return undefined;
  const { memory, parameters } = made;
  const hasClock = device.features.has('timestamp-query');
  const querySet = hasClock ? device.createQuerySet({ type: 'timestamp', count: 2 }) : undefined;
  const times = device.createBuffer({ size: 16, usage: 0x200 | 0x04 }); // QUERY_RESOLVE | COPY_SRC
  const staging = device.createBuffer({ size: 16, usage: 0x01 | 0x08 }); // MAP_READ | COPY_DST

  const prepare = ({ stages }: (typeof shaders)[number]): Promise<Dispatch[]> => {
    const places = kernel.bindings.map(() => [0]).concat([[0]]);
    const ready = stages.map(async (stage): Promise<Dispatch> => {
      device.pushErrorScope('validation');
      const module = device.createShaderModule({ code: stage.source(places) });
      device.popErrorScope().catch(() => {});
      const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
      const entries = [parameters, memory].map((buffer, binding) => ({ binding, resource: { buffer } }));
      const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
      return (pass) => {
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, group);
        pass.dispatchWorkgroups(...stage.grid);
      };
    });
    return Promise.all(ready);
  };
  // All at once: a device makes several at a time. One that is refused is undefined.
  const dispatches = new Map(
    variants.map((variant, v) => {
      const made = prepare(shaders[v] as (typeof shaders)[number]);
      return [textOf(variant), made.catch(() => undefined)] as const;
    }),
  );

  const clock: Clock = async (variant, runs) => {
    const ready = await dispatches.get(textOf(variant));
    if (!ready) return Number.POSITIVE_INFINITY;
    device.pushErrorScope('validation');
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass(
      querySet && { timestampWrites: { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 } },
    );
    for (let run = 0; run < runs; run++) for (const dispatch of ready) dispatch(pass);
    pass.end();
    if (querySet) encoder.resolveQuerySet(querySet, 0, 2, times, 0);
    encoder.copyBufferToBuffer(querySet ? times : memory, 0, staging, 0, 16);
    const start = performance.now();
    device.queue.submit([encoder.finish()]);
    const refused = device.popErrorScope();
    await staging.mapAsync(1);
    const waited = performance.now() - start;
    const [begin, end] = new BigUint64Array(staging.getMappedRange().slice(0)) as unknown as [bigint, bigint];
    staging.unmap();
    if (await refused) return Number.POSITIVE_INFINITY;
    // Some devices say that a pass began and ended at once.
    return (querySet && end > begin ? Number(end - begin) / 1e6 : waited) / runs;
  };
  const close = (): void => {
    for (const one of [memory, parameters, times, staging, querySet]) one?.destroy();
  };
  return { clock, close };
}
