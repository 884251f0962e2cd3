export { readBytes, readText } from './node/read-file.ts';
export { imageFolderFiles, readIdxFile, readImageFolder } from './node/read-images.ts';
