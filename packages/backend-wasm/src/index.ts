export { wasm, type WasmBackend, type WasmOptions } from './runtime/wasm-backend.ts';
