import { computeOnce } from './compute-once.ts';

const shader = `enable subgroups;
@group(0) @binding(0) var<storage, read_write> words: array<f32>;
@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) lane: u32,
    @builtin(subgroup_size) subgroup: u32, @builtin(subgroup_invocation_id) peer: u32) {
  let is_expected = (peer == lane % subgroup) & (subgroupShuffleXor(lane, 1u) == (lane ^ 1u));
  words[lane] = select(0.0f, f32(subgroup), is_expected);
}`;

/**
 * How many invocations of a workgroup run in step, on a device that has the feature `subgroups`; 0 where they are not numbered one after
 * another, which WGSL does not promise.
 */
export async function probeSubgroups(device: GPUDevice): Promise<number> {
  const got = await computeOnce(device, shader, new Float32Array(256));
  const [size] = got;
  return size !== undefined && got.every((other) => other === size) ? size : 0;
}
