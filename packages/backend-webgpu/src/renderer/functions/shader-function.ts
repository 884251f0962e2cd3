/** A function that shaders may use, and the functions that its text uses. */
export interface ShaderFunction {
  readonly name: string;
  readonly needs: readonly ShaderFunction[];
  readonly code: string;
}

/** Has a function in the shader and gives its name. */
export type Use = (fn: ShaderFunction) => string;

/** The name is taken from the text: `fn name(…`. */
export function shaderFunction(code: string, needs: readonly ShaderFunction[] = []): ShaderFunction {
  const name = /^fn (\w+)/.exec(code)?.[1] as string;
  return { name, needs, code };
}

/** A polynomial by Horner's rule, the highest power first. */
export function polynomial(x: string, coefficients: readonly number[]): string {
  return coefficients
    .slice(1)
    .reduce((sum, c) => `(${sum}) * ${x} + ${decimal(c)}`, decimal(coefficients[0] as number));
}

/** A float of 32 bits as WGSL writes it. */
export function decimal(value: number): string {
  const text = String(Math.fround(value));
  return /[.e]/.test(text) ? `${text}f` : `${text}.0f`;
}
