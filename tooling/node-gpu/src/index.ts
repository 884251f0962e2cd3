import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { waitPatiently } from './patience.ts';

export { mesaIsMissing, withMesa } from './mesa.ts';
export { count, type DeviceCounts, observe } from './observe.ts';

/** Chromium brings a GPU in software, SwiftShader, and the loader of its driver. */
const chromium = [process.env['CHROME_PATH'], '/usr/lib/chromium/chromium'];
/** Not in `os.constants`: the library stays loaded though it is no add-on of Node's. */
const stayLoaded = 0x1000;

/** WebGPU in Node, for tests: what the machine has, otherwise Chromium's in software. Undefined where there is neither. */
export async function nodeGpu(): Promise<GPU | undefined> {
  const gpu = await eagerGpu();
  if (gpu) waitPatiently();
  return gpu;
}

/** The same, which keeps its promises as early as the binding does. */
async function eagerGpu(): Promise<GPU | undefined> {
  const found = await binding();
  if (!found) return undefined;
  useSoftware();
  const gpu = found.create([]);
  return (await gpu.requestAdapter()) ? gpu : undefined;
}

/**
 * Gives this process what a page has: `navigator.gpu` and WebGPU's classes and constants, so that programs written for pages run.
 * Promises are kept as early as the binding can, at the cost of a core: for those that time.
 *
 * @throws Error where there is no adapter
 */
export async function provideGpu(): Promise<GPU> {
  const gpu = await eagerGpu();
  if (!gpu) throw new Error(missing);
  Object.assign(globalThis, (await binding())?.globals);
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
  return gpu;
}

/** What to say where there is none. */
export const missing = 'no WebGPU adapter: install Chromium, whose software one is used, or a Vulkan driver';

interface Binding {
  create(options: string[]): GPU;
  readonly globals: Readonly<Record<string, unknown>>;
}

async function binding(): Promise<Binding | undefined> {
  try {
    return (await import('webgpu')) as unknown as Binding;
  } catch {
    // There is no binary for every platform.
    return undefined;
  }
}

/** Has the binding find SwiftShader, unless the environment names a driver. */
function useSoftware(): void {
  const named = process.env['VK_ICD_FILENAMES'];
  if (process.platform !== 'linux') return;
  for (const browser of chromium) {
    const folder = dirname(browser ?? '');
    const [driver, loader] = [join(folder, 'vk_swiftshader_icd.json'), join(folder, 'libvulkan.so.1')];
    if (!existsSync(driver) || !existsSync(loader)) continue;
    // A process that was started by one of ours has its environment, but not what it loaded.
    if (named !== undefined && named !== driver) return;
    process.env['VK_ICD_FILENAMES'] = driver;
    try {
      // The binding asks for the loader by its name, which is taken to mean one that is loaded already.
      process.dlopen({ exports: {} }, loader, constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_GLOBAL | stayLoaded);
    } catch {
      // Always: it is no add-on. But it is loaded.
    }
    return;
  }
}
