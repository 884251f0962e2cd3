import { addAll } from '../add-all.mjs';

const learningRate = 1e-3;

/**
 * A training step with the library's own optimizer and loss; it has neither clipping by the global norm nor AdamW, so that both are
 * written around its Adam.
 *
 * @param workload `model` and `classes`; `inputShape` where the model takes another than the file has; `weightDecay` and `maxNorm`
 * @returns a function of the step's number that moves the variables and returns the loss in an array
 */
export function trainer(tf, { model, classes, inputShape, weightDecay, maxNorm }, batches, toTensor) {
  const inputs = batches.map(([x, y]) => [
    toTensor(inputShape ? { ...x, shape: inputShape } : x),
    tf.oneHot(toTensor(y), classes),
  ]);
  const variables = model.getWeights(true);
  const optimizer = tf.train.adam(learningRate, 0.9, 0.999, 1e-8);

  return (done) => {
    const [x, y] = inputs[done % inputs.length];
    const loss = () => tf.losses.softmaxCrossEntropy(y, model.apply(x, { training: true }));
    if (!maxNorm) return [optimizer.minimize(loss, true, variables)];
    const { value, grads } = optimizer.computeGradients(loss, variables);
    tf.tidy(() => {
      for (const variable of variables) variable.assign(tf.mul(variable, 1 - learningRate * weightDecay));
      optimizer.applyGradients(clip(tf, grads, maxNorm));
    });
    tf.dispose(grads);
    return [value];
  };
}

function clip(tf, gradients, maxNorm) {
  const squares = Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)));
  const factor = tf.minimum(tf.div(maxNorm, tf.add(tf.sqrt(addAll(tf, squares)), 1e-6)), 1);
  return Object.fromEntries(Object.entries(gradients).map(([name, gradient]) => [name, tf.mul(gradient, factor)]));
}
