import type { Kernel } from '@evenkeel/backend';
import type { Renderer } from './renderer.ts';

/** Words of the parameters of a kernel: where each binding begins, the arguments, where the workspace begins. */
export function parameterWords(kernel: Kernel): number {
  return kernel.bindings.length + kernel.arguments.length + 1;
}

/** The text of a shader. Its entry is `main`, with so many invocations in a workgroup; `lane` is the place in the workgroup, `group` the workgroup's number. */
export function shaderText(renderer: Renderer, workgroup: number): string {
  const memories = Math.max(...renderer.memories.flat()) + 1;
  const inStep = (...text: string[]): string[] => (renderer.usesSubgroups ? text : []);
  const lines = inStep('enable subgroups;');
  const vectors = Math.ceil(parameterWords(renderer.kernel) / 4);
  lines.push(`@group(0) @binding(0) var<uniform> parameters: array<vec4<u32>, ${vectors}>;`);
  for (let m = 0; m < memories; m++) {
    lines.push(`@group(0) @binding(${m + 1}) var<storage, read_write> memory${m}: array<${renderer.access.type}>;`);
  }
  lines.push(...renderer.shared);
  for (const fn of renderer.functions) lines.push('', fn.code);
  lines.push(
    '',
    `@compute @workgroup_size(${workgroup})`,
    'fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) place: vec3<u32>,',
    ...inStep('    @builtin(subgroup_size) subgroup: u32, @builtin(subgroup_invocation_id) peer: u32,'),
    '    @builtin(num_workgroups) groups: vec3<u32>) {',
    '  let group = place.x + groups.x * (place.y + groups.y * place.z);',
    ...renderer.root.lines.map((line) => `  ${line}`),
    '}',
    '',
  );
  const text = lines.join('\n');
  return /\bf16\b/.test(text) ? `enable f16;\n${text}` : text;
}
