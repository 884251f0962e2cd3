/** Its kernels for WebGPU may have eight buffers, one of them the result's: given more, `addN` computes nothing and says nothing. */
const mostAtOnce = 7;

/** The sum of any number of tensors. */
export function addAll(tf, tensors) {
  if (tensors.length <= mostAtOnce) return tf.addN(tensors);
  const sums = [];
  for (let at = 0; at < tensors.length; at += mostAtOnce) sums.push(tf.addN(tensors.slice(at, at + mostAtOnce)));
  return addAll(tf, sums);
}
