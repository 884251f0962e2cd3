import { DeviceError } from '@evenkeel/errors';

/** The error for assigning to a tensor that is one number everywhere and has no memory. */
export function unassignable(): DeviceError {
  return new DeviceError('a constant tensor cannot be assigned to', {
    remedy: 'make a tensor with memory: zeros(shape).contiguous(), or a Parameter',
  });
}
