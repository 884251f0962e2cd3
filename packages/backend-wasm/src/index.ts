export { type WasmBackend, type WasmOptions, wasm } from './runtime/wasm-backend.ts';
