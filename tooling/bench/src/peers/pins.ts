/**
 * What is measured against, at exact versions: a figure without a version says nothing. All are the newest of their kind at the
 * time of writing (November 2026); TensorFlow.js has had none since 4.22, and its packages must be of one version.
 */
export const pins = {
  '@jax-js/jax': '0.1.25',
  '@tensorflow/tfjs': '4.22.0',
  '@tensorflow/tfjs-backend-wasm': '4.22.0',
  '@tensorflow/tfjs-backend-webgpu': '4.22.0',
} as const;
