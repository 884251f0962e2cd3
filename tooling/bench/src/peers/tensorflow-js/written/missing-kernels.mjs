/**
 * The two kernels that training asks for and the wasm backend does not have (that for WebGPU does): without them a convolution and
 * a lookup have no gradient. Each in a few operations that it has, registered as the library offers it.
 */
export function registerMissingKernels(tf) {
  const register = (kernelName, run) => {
    const kernelFunc = ({ inputs, attrs }) => tf.tidy(() => run(inputs, attrs));
    tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc });
  };

  // A convolution in which channels take the place of the batch, and the batch that of the channels.
  register('Conv2DBackpropFilter', ({ x, dy }, { strides, pad, filterShape }) => {
    if (pad !== 'same' || String(strides) !== '1,1') throw new Error('only for stride 1 and padding "same"');
    const around = filterShape.slice(0, 2).map((size) => [(size - 1) / 2, (size - 1) / 2]);
    const padded = tf.pad(x, [[0, 0], ...around, [0, 0]]);
    const slopes = tf.conv2d(tf.transpose(padded, [3, 1, 2, 0]), tf.transpose(dy, [1, 2, 0, 3]), 1, 'valid');
    return tf.transpose(slopes, [1, 2, 0, 3]);
  });

  // A product with the segments as rows of zeros and a one.
  register('UnsortedSegmentSum', ({ x, segmentIds }, { numSegments }) => {
    const [rows, ...rest] = x.shape;
    const places = tf.transpose(tf.cast(tf.oneHot(segmentIds, numSegments), 'float32'));
    return tf.reshape(tf.matMul(places, tf.reshape(x, [rows, -1])), [numSegments, ...rest]);
  });
}
