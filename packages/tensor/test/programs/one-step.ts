/** A program that compiles a function and says what it computes; `fail` as its argument has it fail on the way. */
import { wasm } from '@evenkeel/backend-wasm';
import { compile, type Tensor, tensor, useBackend } from '@evenkeel/tensor';

useBackend(wasm());
const double = compile((x: Tensor) => x.mul(2));
const results = [1, 2, 3].map((number) => double(tensor([number])));
if (process.argv[2] === 'fail') throw new Error('on purpose');
console.log(String(await Promise.all(results.map((result) => result.item()))));
