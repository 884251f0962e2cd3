/** Names of one module of PyTorch, and what becomes of them here. */
export interface TorchList {
  readonly title: string;
  /** PyTorch 2's public names, in the order of its documentation. */
  readonly names: readonly string[];
  /** How a name is written here, where it is not the same. */
  readonly here: (name: string) => string;
  /** Names that are reached otherwise: where. */
  readonly elsewhere: Readonly<Record<string, string>>;
  /** Names that are not here on purpose: why. */
  readonly leftOut: Readonly<Record<string, string>>;
}

/** `cross_entropy` is `crossEntropy`, `avg_pool2d` is `avgPool2d`; a last underscore stays. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Names in a block of text. */
export function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
