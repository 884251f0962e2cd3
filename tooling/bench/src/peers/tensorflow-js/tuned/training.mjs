import { addAll } from '../add-all.mjs';

const [beta1, beta2, learningRate, eps] = [0.9, 0.999, 1e-3, 1e-8];

/**
 * A training step: gradients of all variables, clipping, Adam or AdamW.
 *
 * @param model `variables` by name; `inputs(batch)` makes what `loss(...inputs)` takes; `weightDecay` and `maxNorm`, 0 for none;
 *   `afterStep()` for what is not trained but changes
 * @returns a function of the step's number that moves the variables and returns the loss in an array
 */
export function trainer(tf, model, batches) {
  const inputs = batches.map((batch) => model.inputs(...batch));
  const variables = Object.values(model.variables);
  const byName = new Map(variables.map((variable) => [variable.name, variable]));
  const zeros = () => new Map(variables.map(({ name, shape }) => [name, tf.variable(tf.zeros(shape), false)]));
  const [first, second] = [zeros(), zeros()];

  return (done) => {
    const { value, grads } = tf.variableGrads(() => model.loss(...inputs[done % inputs.length]), variables);
    tf.tidy(() => {
      const factor = model.maxNorm ? clipFactor(tf, Object.values(grads), model.maxNorm) : undefined;
      for (const [name, gradient] of Object.entries(grads)) {
        const clipped = factor ? tf.mul(gradient, factor) : gradient;
        const decay = learningRate * (model.weightDecay ?? 0);
        adam(tf, byName.get(name), clipped, first.get(name), second.get(name), done + 1, decay);
      }
    });
    tf.dispose(grads);
    model.afterStep?.();
    return [value];
  };
}

/** One variable's update, with what depends on the step drawn into two numbers: fewer operations than `tf.train.adam`. */
export function adam(tf, variable, gradient, first, second, step, decay) {
  const root = Math.sqrt(1 - beta2 ** step);
  const rate = (learningRate * root) / (1 - beta1 ** step);
  first.assign(tf.add(tf.mul(first, beta1), tf.mul(gradient, 1 - beta1)));
  second.assign(tf.add(tf.mul(second, beta2), tf.mul(tf.square(gradient), 1 - beta2)));
  const update = tf.div(tf.mul(first, rate), tf.add(tf.sqrt(second), eps * root));
  variable.assign(tf.sub(decay === 0 ? variable : tf.mul(variable, 1 - decay), update));
}

function clipFactor(tf, gradients, maxNorm) {
  const norm = tf.sqrt(
    addAll(
      tf,
      gradients.map((gradient) => tf.sum(tf.square(gradient))),
    ),
  );
  return tf.minimum(tf.div(maxNorm, tf.add(norm, 1e-6)), 1);
}
