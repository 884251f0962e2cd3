export { readCifar10 } from './node/read-cifar.ts';
export { type ClassFoldersOptions, readClassFolders } from './node/read-class-folders.ts';
export { readCsv } from './node/read-csv.ts';
export { readBytes, readText } from './node/read-file.ts';
export { imageFolderFiles, readIdxFile, readImageFolder } from './node/read-images.ts';
