import { adam } from './training.mjs';

/** A kernel workload as a compiled function from its inputs to its outputs; as in the examples, an optimizer is not compiled. */
export function kernel(jax, name, state, style, layers) {
  const { numpy: np, nn } = jax;
  const compiled = (step) => {
    const function_ = jax.jit(step);
    return (...inputs) => function_(...inputs.map((input) => input.ref));
  };
  const makers = {
    'layer-norm': () => {
      const bothWays = compiled(layers(jax).layerNormBothWays);
      return (x, dy) => bothWays(x, dy, state.weight, state.bias);
    },
    softmax: () => compiled((x) => [nn.softmax(x, -1)]),
    gelu: () => compiled((x) => [nn.gelu(x.mul(1.5).add(0.25), { approximate: false })]),
    adamw: () => adamW(jax, state, style),
    NN: () => compiled((a, b) => [np.matmul(a, b)]),
    TN: () => compiled((a, b) => [np.matmul(a.transpose(), b)]),
    NT: () => compiled((a, b) => [np.matmul(a, b.transpose())]),
  };
  const run = makers[name.replace(/^matmul-\d+-/, '')]();
  return (...inputs) => {
    const outputs = run(...inputs);
    return { outputs, awaited: outputs };
  };
}

function adamW(jax, state, style) {
  const { numpy: np } = jax;
  let parameter = state.weight;
  let first = np.zerosLike(parameter.ref);
  let second = np.zerosLike(parameter.ref);
  let done = 0;
  const update = (p, g, m, v, rate, correction) => adam(np, p, g, m, v, { rate, correction, decay: 1e-5 });
  const step = style === 'examples' ? update : jax.jit(update);
  return (gradient) => {
    done++;
    const rate = np.array(1e-3 / (1 - 0.9 ** done));
    const correction = np.array(1 / Math.sqrt(1 - 0.999 ** done));
    const result = step(parameter, gradient.ref, first, second, rate, correction);
    ({ parameters: parameter, first, second } = result);
    return [parameter.ref];
  };
}
