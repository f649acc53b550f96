import { basename, join } from 'node:path';
import { type BuildOptions, build, type OutputFile, stop } from 'esbuild';
import { lazy } from '../runtime/lazy.ts';

/** One file of the built console. The name has a hash of the content, so the content of a name never changes. */
export interface ConsoleFile {
  name: string;
  bytes: Uint8Array;
}

const SOURCES = join(import.meta.dirname, '..', 'console');

/** Bundles the console in memory: machines run the sources from a folder that they cannot write to. */
export const CONSOLE_BUILD = {
  entryPoints: ['main.tsx', 'theme.ts', 'icon.svg'].map((name) => join(SOURCES, name)),
  tsconfig: join(SOURCES, 'tsconfig.json'),
  bundle: true,
  splitting: true,
  minify: true,
  format: 'esm',
  target: ['es2024', 'chrome123', 'firefox128', 'safari17.5'],
  loader: { '.svg': 'copy' },
  entryNames: '[name]-[hash]',
  chunkNames: 'part-[hash]',
  outdir: '/assets',
  publicPath: '/assets',
  legalComments: 'eof',
  logLevel: 'silent',
  write: false,
} satisfies BuildOptions;

/** The pages of the documentation. Each is one file, so that a browser waits for no second one. */
export const DOCS_BUILD = {
  ...CONSOLE_BUILD,
  entryPoints: ['docs.tsx', 'reference.tsx'].map((name) => join(SOURCES, 'docs', name)),
  splitting: false,
} satisfies BuildOptions;

/** The files of the console and of the documentation, bundled from `lib/console/` once a process. */
export const bundledConsole = lazy(async (): Promise<readonly ConsoleFile[]> => {
  try {
    const built = await Promise.all([build(CONSOLE_BUILD), build(DOCS_BUILD)]);
    return built.flatMap(({ outputFiles }) => filesOf(outputFiles));
  } finally {
    // The bundler is a process of its own, which would stay.
    await stop();
  }
});

export function filesOf(outputFiles: readonly OutputFile[]): readonly ConsoleFile[] {
  return outputFiles.map(({ path, contents }) => ({ name: basename(path), bytes: contents }));
}
