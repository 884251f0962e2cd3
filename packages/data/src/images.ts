export { decodeImage, type ImageChannels } from './images/decode-image.ts';
