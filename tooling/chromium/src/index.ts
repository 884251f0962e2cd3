import { existsSync } from 'node:fs';

/** How Playwright starts Chromium. */
interface LaunchOptions {
  readonly executablePath: string;
  readonly args: string[];
}

/** Where Chromium is, or should be. */
export function chromiumPath(): string {
  return process.env['CHROME_PATH'] || '/usr/bin/chromium';
}

/** Why there is no Chromium; undefined where there is one. */
export function missingChromium(): string | undefined {
  const path = chromiumPath();
  return existsSync(path) ? undefined : `no Chromium at ${path} (set CHROME_PATH to one)`;
}

/** @throws Error where there is no Chromium */
export function launchOptions(): LaunchOptions {
  const missing = missingChromium();
  if (missing) throw new Error(missing);
  return {
    executablePath: chromiumPath(),
    // The first two run it as root in a container; the third gives WebGPU without a graphics card.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--enable-unsafe-webgpu'],
  };
}
