/** What a shader makes of numbers in one storage buffer. */
export async function computeOnce(
  device: GPUDevice,
  code: string,
  words: Float32Array<ArrayBuffer>,
  workgroups = 1,
): Promise<Float32Array<ArrayBuffer>> {
  const size = words.byteLength;
  const buffer = device.createBuffer({ size, usage: 0x80 | 0x08 | 0x04 }); // STORAGE | COPY_DST | COPY_SRC
  const copy = device.createBuffer({ size, usage: 0x01 | 0x08 }); // MAP_READ | COPY_DST
  device.queue.writeBuffer(buffer, 0, words);
  const module = device.createShaderModule({ code });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  const layout = pipeline.getBindGroupLayout(0);
  const group = device.createBindGroup({ layout, entries: [{ binding: 0, resource: { buffer } }] });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(workgroups);
  pass.end();
  encoder.copyBufferToBuffer(buffer, 0, copy, 0, size);
  device.queue.submit([encoder.finish()]);
  await copy.mapAsync(1);
  const got = new Float32Array(copy.getMappedRange().slice(0));
  copy.destroy();
  buffer.destroy();
  return got;
}
