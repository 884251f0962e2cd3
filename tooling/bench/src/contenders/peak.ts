/** A process that spends as many operations as a step has on multiply-adds alone: `peak.ts <operations> <fused: true or false>`. */
import { flopsPerTurn, peakModule } from './peak-module.ts';
import { serve } from './serve.ts';

const [flops, fused] = process.argv.slice(2) as [string, string];

await serve(async () => {
  const isFused = fused === 'true' && WebAssembly.validate(peakModule(true));
  const instance = new WebAssembly.Instance(new WebAssembly.Module(peakModule(isFused)));
  const f = instance.exports['f'] as (turns: number, factor: number, addend: number) => number;
  const turns = Math.round(Number(flops) / flopsPerTurn);
  let last = 0;
  return {
    version: isFused ? '128-bit fused multiply-add' : '128-bit multiply and add',
    step() {
      // Stays near 1: no overflow, and none of the tiny numbers that are slow.
      last = f(turns, 0.5, 0.5);
    },
    read: async () => last,
  };
});
