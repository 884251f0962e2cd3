export { joinVectors } from './runtime/join-vectors.ts';
export { type WasmBackend, type WasmOptions, wasm } from './runtime/wasm-backend.ts';
