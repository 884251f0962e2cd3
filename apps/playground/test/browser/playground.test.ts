import axe from 'axe-core';
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openSite, type Site } from './site.ts';
import { tasksOfThePage } from './tasks-of-the-page.ts';

/** The longest task on the page's own thread that a visitor does not feel, in milliseconds. */
const LONG_TASK = 50;

let site: Site;
beforeAll(async () => {
  site = await openSite({ isolated: true });
});
afterAll(() => site.close());

let page: Page;
let complaints: string[];
afterEach(() => page.close());

async function visit(address: string, { width = 1440, height = 900, scheme = 'light' as 'light' | 'dark' } = {}) {
  page = await site.browser.newPage({ viewport: { width, height }, colorScheme: scheme });
  complaints = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(site.address + address);
}

const button = (name: string) => page.getByRole('button', { name, exact: true });
const step = async () => Number((await page.getByTestId('step').textContent())?.replaceAll(',', ''));
const loss = (side: string) => page.getByTestId(`loss-${side}`).textContent();
const reached = (least: number) => expect.poll(step, { timeout: 60_000, interval: 50 }).toBeGreaterThanOrEqual(least);
const network = (name: string) => page.getByRole('region', { name: `Network ${name}` });

/** What the page shows of a run: figures, and the drawings as short sums. */
async function shown() {
  const drawings = await page.locator('canvas.map').evaluateAll((all) =>
    all.map((map) => {
      const { data } = (map as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, 480, 480);
      return data.reduce((sum, value) => (Math.imul(sum, 31) + value) | 0, 0);
    }),
  );
  const answers = await page.locator('.answers').allTextContents();
  return { step: await step(), a: await loss('a'), b: await loss('b'), drawings, answers };
}

/** The same, once what was on its way when it was paused has arrived. */
async function settled() {
  // A step that was being done may still come.
  await page.waitForTimeout(500);
  await expect.poll(() => page.locator('[aria-busy=true]').count(), { timeout: 30_000 }).toBe(0);
  const now = await shown();
  expect(new URL(page.url()).searchParams.get('step')).toBe(String(now.step));
  return now;
}

describe.each([
  { width: 1440, height: 900 },
  { width: 360, height: 740 },
])('the first page at $width pixels', (size) => {
  // The graphics card of a machine that has none is slow.
  it.each([
    { device: 'wasm', steps: 300 },
    { device: 'webgpu', steps: 20 },
  ])(
    'trains two networks in a worker on $device, without a long task after load or a complaint',
    async ({ device, steps }) => {
      await visit(`?device=${device}`, size);
      await network('A').getByRole('img').waitFor();
      const tasks = await tasksOfThePage(page, async () => {
        await page.getByLabel('Pace').selectOption('full speed');
        await button('Play').click();
        await reached(steps);
        await button('Pause').click();
      });
      expect(tasks.length).toBeGreaterThan(20);
      expect(Math.max(...tasks)).toBeLessThan(LONG_TASK);
      expect(complaints).toEqual([]);
      const paused = await settled();
      await page.waitForTimeout(500);
      expect(await shown()).toEqual(paused);
    },
  );

  it('fits: nothing is wider than the page', async () => {
    for (const task of ['points', 'dates']) {
      await visit(`?task=${task}&depth=1`, size);
      await network('B').getByText('loss').waitFor();
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(width).toBe(size.width);
      if (task === 'points') await page.close();
    }
  });

  it.each(['light', 'dark'] as const)('has nothing that axe finds wrong, in %s', async (scheme) => {
    await visit('?step=3', { ...size, scheme });
    await reached(3);
    await network('B').getByRole('img').waitFor();
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() =>
      (
        window as never as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }
      ).axe.run(),
    );
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('; ')}`)).toEqual([]);
  });
});

it('A and B begin with the same loss, and part', async () => {
  await visit('');
  await button('Step').click();
  await reached(1);
  expect(await loss('a')).toBe('0.6931');
  expect(await loss('b')).toBe('0.6931');
  for (let next = 2; next <= 30; next++) {
    await button('Step').click();
    await reached(next);
  }
  expect(await loss('b')).not.toBe(await loss('a'));
});

it.each(['?shape=moons&depth=4&batch=16', '?shape=rings&depth=2&device=webgpu', '?task=dates&depth=1&width=16'])(
  'opened again from its address, %s gives the same picture',
  async (address) => {
    await visit(address);
    await button('Play').click();
    await reached(20);
    await button('Pause').click();
    const before = await settled();
    await page.reload();
    await reached(before.step);
    expect(await settled()).toEqual(before);
    expect(complaints).toEqual([]);
  },
);

it('a choice begins anew, and is in the address', async () => {
  await visit('');
  await page.getByLabel('Hidden layers').selectOption('2');
  await network('A').getByRole('radio', { name: 'LayerNorm' }).check();
  await expect.poll(() => page.url()).toContain('a=layer');
  expect(page.url()).toContain('depth=2');
  expect(await step()).toBe(0);
  await button('Step').click();
  await reached(1);
});

it('can be used by keyboard alone', async () => {
  await visit('?depth=1');
  await network('A').getByRole('img').waitFor();
  await page.keyboard.press('s');
  await reached(1);
  await page.keyboard.press(' ');
  await button('Pause').waitFor();
  await reached(5);
  await page.keyboard.press(' ');
  await button('Play').waitFor();
  await page.keyboard.press('r');
  await expect.poll(step).toBe(0);
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => page.url()).toContain('task=dates');
});

it('the dates task shows what each network makes of days it never saw', async () => {
  await visit('?task=dates&depth=1&width=16&step=2');
  await reached(2);
  for (const name of ['A', 'B']) await expect.poll(() => network(name).getByRole('row').count()).toBe(6);
});

describe('when the device is lost', () => {
  /** The address of a small run on the graphics card, and what the page shows of it at a step. */
  const address = 'depth=1&width=8&device=webgpu';

  /** Opens the run on the graphics card, whose devices the worker lists from then on. */
  async function visitWatched(more = '') {
    await visit(`?depth=1&width=8&device=wasm${more}`);
    await network('A').getByRole('img').waitFor();
    await worker().evaluate(() => {
      const { requestDevice } = GPUAdapter.prototype;
      Object.assign(globalThis, { devices: [] });
      GPUAdapter.prototype.requestDevice = async function (...given) {
        if ((globalThis as never as { none?: boolean }).none) throw new Error('no device today');
        const device = await requestDevice.apply(this, given);
        (globalThis as never as { devices: GPUDevice[] }).devices.push(device);
        return device;
      };
    });
    await page.getByRole('radio', { name: 'GPU' }).check();
    await expect.poll(() => page.url()).toContain('device=webgpu');
  }

  const worker = () => page.workers()[0]!;
  const lose = () =>
    worker().evaluate(() => (globalThis as never as { devices: GPUDevice[] }).devices.at(-1)!.destroy());

  it('training goes on from the last snapshot, says so, and comes to the same', async () => {
    await visitWatched();
    await button('Play').click();
    await reached(12);
    await lose();
    await page.getByRole('status').filter({ hasText: 'goes on' }).waitFor();
    const lostAt = await step();
    await reached(lostAt + 5);
    await button('Pause').click();
    const after = await settled();
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
    await visit(`?${address}&step=${after.step}`);
    await reached(after.step);
    expect(await settled()).toEqual(after);
  });

  it('and there is no other, the page says so in words', async () => {
    await visitWatched();
    await button('Play').click();
    await reached(5);
    await worker().evaluate(() => Object.assign(globalThis, { none: true }));
    await lose();
    await expect
      .poll(() => page.getByRole('alert').textContent(), { timeout: 10_000 })
      .toMatch(/stopped.*GPU was lost, and no other/s);
    await button('Play').waitFor();
  });
});

it('the button changes between light and dark, and the choice stays', async () => {
  await visit('?depth=1');
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await button('Switch to dark colors').click();
  const dark = await background();
  expect(dark).not.toBe(light);
  await page.reload();
  await button('Switch to light colors').waitFor();
  expect(await background()).toBe(dark);
});
