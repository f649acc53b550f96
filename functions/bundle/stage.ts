import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { z } from 'zod';
import { bundledConsole } from '../../lib/app/console-bundle.ts';
import { CONSOLE_FOLDER } from '../../lib/app/open-console.ts';
import { findLauncher } from '../../lib/process/launcher.ts';
import { partOfLock, readLock } from './lock.ts';
import { stageNotices } from './notices.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/**
 * Packages that are installed next to the bundle. A bundled functions-framework would have a second registry and find no
 * function; the others are programs, files that are served unchanged, or a WebAssembly module.
 */
const EXTERNAL = ['@google-cloud/functions-framework', '@ffprobe-installer/ffprobe', 'taglib-wasm'];
const EXTERNAL_IF_THERE = ['ffmpeg-static'];

/** The bundler, which the sources alone need: the bundle carries what it makes. */
const BUNDLER = 'esbuild';

/** Optional packages of knex and pg, among them drivers of other databases; this product uses none of them. */
const ABSENT = [
  'better-sqlite3',
  'mariadb',
  'mysql',
  'mysql2',
  'oracledb',
  'pg-native',
  'pg-query-stream',
  'sqlite3',
  'tedious',
];

/** CommonJS modules in the bundle load Node's own modules with `require`, which ES modules don't have. */
const REQUIRE = `import { createRequire as createRequireOfBundle } from 'node:module';
const require = createRequireOfBundle(import.meta.url);`;

/** zod contains its messages in fifty languages; only English is used. */
const ENGLISH_ONLY: Plugin = {
  name: 'english-only',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\.\/locales\/index\.js$/ }, ({ importer }) =>
      /[\\/]node_modules[\\/]zod[\\/]/.test(importer) ? { path: 'locales', namespace: 'nothing' } : undefined,
    );
    onLoad({ filter: /^locales$/, namespace: 'nothing' }, () => ({ contents: 'export {};' }));
  },
};

/** Entries that a build keeps in the folder: the packages that the previous build installed. */
const INSTALLED = 'node_modules';

/**
 * Writes the deployed bundle into `folder`: all functions and the command line as modules, with the package.json and the
 * lock of the packages that are installed next to them.
 */
export async function stage(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    if (name !== INSTALLED) await rm(join(folder, name), { recursive: true });
  }
  await build({
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    splitting: true,
    minify: true,
    absWorkingDir: ROOT,
    entryPoints: {
      index: 'functions/index.ts',
      cli: 'lib/cli/main.ts',
      'tag-worker-main': 'lib/audio/tags/tag-worker-main.ts',
    },
    outdir: folder,
    banner: { js: REQUIRE },
    external: [...EXTERNAL, ...EXTERNAL_IF_THERE, ...ABSENT, BUNDLER],
    keepNames: true,
    plugins: [ENGLISH_ONLY],
    logLevel: 'warning',
  });
  await writeConsole(join(folder, CONSOLE_FOLDER));
  await writeLauncher(folder);
  await writePackage(folder);
  await stageNotices(folder);
  await writeFile(join(folder, '.gcloudignore'), `${INSTALLED}\n`);
}

async function writeConsole(folder: string): Promise<void> {
  await mkdir(folder);
  for (const { name, bytes } of await bundledConsole()) await writeFile(join(folder, name), bytes);
}

/** The image has no C compiler, so that the launcher of the sandbox comes with the bundle, from a machine that has one. */
async function writeLauncher(folder: string): Promise<void> {
  const { path, problem } = await findLauncher(process.env.PATH ?? '', join(ROOT, '.build', 'launcher'));
  if (path !== undefined) return copyFile(path, join(folder, 'launcher'));
  process.stderr.write(`The bundle has no launcher, so that its sandbox is a weaker one: ${problem}.\n`);
}

const PACKAGE = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string(),
  engines: z.record(z.string(), z.string()),
  dependencies: z.record(z.string(), z.string()),
  optionalDependencies: z.record(z.string(), z.string()),
  allowScripts: z.record(z.string(), z.boolean()),
});

async function writePackage(folder: string): Promise<void> {
  const { dependencies, optionalDependencies, ...own } = PACKAGE.parse(await readJson('package.json'));
  const described = {
    ...own,
    // The version of the base image; a buildpack uses the newest version that the range allows.
    engines: { node: '24.x' },
    private: true,
    type: 'module',
    main: 'index.js',
    scripts: {
      doctor: 'node cli.js doctor',
      migrate: 'node cli.js migrate',
      // The buildpack runs it while it builds the image: without working programs, there is no image.
      'gcp-build': 'node cli.js doctor programs',
    },
    dependencies: pick(dependencies, EXTERNAL),
    optionalDependencies: pick(optionalDependencies, EXTERNAL_IF_THERE),
  };
  const lock = partOfLock(await readLock(join(ROOT, 'package-lock.json')), described, [
    ...EXTERNAL,
    ...EXTERNAL_IF_THERE,
  ]);
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(described, null, 2)}\n`);
  await writeFile(join(folder, 'package-lock.json'), `${JSON.stringify(lock, null, 2)}\n`);
}

async function readJson(name: string): Promise<unknown> {
  return JSON.parse(await readFile(join(ROOT, name), 'utf8'));
}

function pick(from: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => {
      const range = from[name];
      if (range === undefined) throw new TypeError(`package.json does not name ${name}`);
      return [name, range];
    }),
  );
}
