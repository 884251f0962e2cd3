const [beta1, beta2, learningRate, eps] = [0.9, 0.999, 1e-3, 1e-8];

/**
 * A training step: value and gradient, clipping, Adam or AdamW. The whole of it is one compiled function, and it is over when the loss is
 * there. As in jax-js's examples only the loss is compiled, the rest runs operation by operation, and it is over when all parameters are there.
 *
 * @param model `loss(parameters, buffers, x, y)` gives the loss and the new buffers; `weightDecay` and `maxNorm` are 0 for none
 * @returns a function that takes a batch, moves the parameters, and returns the loss in an array, and what to wait for
 */
export function trainer(jax, model, state, style) {
  const isExample = style === 'examples';
  const { numpy: np } = jax;
  const isBuffer = (name) => name.includes('running_');
  const names = Object.keys(state).filter((name) => !name.endsWith('num_batches_tracked'));
  const pick = (wanted) => Object.fromEntries(names.filter(wanted).map((name) => [name, state[name]]));
  let parameters = pick((name) => !isBuffer(name));
  let buffers = pick(isBuffer);
  let first = mapTree(parameters, (value) => np.zerosLike(value.ref));
  let second = mapTree(parameters, (value) => np.zerosLike(value.ref));
  let done = 0;

  const lossOf = jax.valueAndGrad(isExample ? jax.jit(model.loss) : model.loss, { hasAux: true });
  const update = (oldParameters, oldBuffers, oldFirst, oldSecond, rate, correction, x, y) => {
    const [[loss, newBuffers], gradients] = lossOf(jax.tree.ref(oldParameters), oldBuffers, x, y);
    const clipped = model.maxNorm ? clip(np, gradients, model.maxNorm) : gradients;
    const results = { parameters: {}, first: {}, second: {} };
    for (const name of Object.keys(oldParameters)) {
      const updated = adam(np, oldParameters[name], clipped[name], oldFirst[name], oldSecond[name], {
        rate: rate.ref,
        correction: correction.ref,
        decay: learningRate * (model.weightDecay ?? 0),
      });
      for (const key of Object.keys(results)) results[key][name] = updated[key];
    }
    rate.dispose();
    correction.dispose();
    return { loss, buffers: newBuffers, ...results };
  };
  const step = isExample ? update : jax.jit(update);

  return (x, y) => {
    done++;
    const rate = np.array(learningRate / (1 - beta1 ** done));
    const correction = np.array(1 / Math.sqrt(1 - beta2 ** done));
    const result = step(parameters, buffers, first, second, rate, correction, x.ref, y.ref);
    ({ parameters, buffers, first, second } = result);
    return { outputs: [result.loss], awaited: isExample ? parameters : result.loss };
  };
}

/** One parameter's update; `rate` and `correction` carry what depends on the step. */
export function adam(np, parameter, gradient, first, second, { rate, correction, decay }) {
  const newFirst = first.mul(beta1).add(gradient.ref.mul(1 - beta1));
  const newSecond = second.mul(beta2).add(np.square(gradient).mul(1 - beta2));
  const denominator = np.sqrt(newSecond.ref).mul(correction).add(eps);
  const update = newFirst.ref.mul(rate).div(denominator);
  const decayed = decay === 0 ? parameter : parameter.mul(1 - decay);
  return { parameters: decayed.sub(update), first: newFirst, second: newSecond };
}

function clip(np, gradients, maxNorm) {
  const squares = Object.values(gradients).map((gradient) => np.square(gradient.ref).sum());
  const norm = np.sqrt(squares.reduce((sum, square) => sum.add(square)));
  const factor = np.minimum(np.array(maxNorm).div(norm.add(1e-6)), 1);
  const clipped = mapTree(gradients, (gradient) => gradient.mul(factor.ref));
  factor.dispose();
  return clipped;
}

function mapTree(tree, change) {
  return Object.fromEntries(Object.entries(tree).map(([name, value]) => [name, change(value)]));
}
