import type { Context } from 'hono';
import { AppError } from '../../runtime/errors.ts';
import { lazy } from '../../runtime/lazy.ts';
import { type MemoryFile, memoryFile } from '../memory-file.ts';
import { isOnThisMachine } from '../own-machine.ts';
import { createRouter, type Router } from '../router.ts';
import { type ConsolePage, consolePage } from './console-page.ts';

export interface ConsoleRouteDependencies {
  /** Files of the built console; a name has a hash of the content. */
  files: () => Promise<readonly { name: string; bytes: Uint8Array }[]>;
  /** Whether the service gives accounts to guests, if they are on its own machine. */
  guests: boolean;
  /** Whether a proxy logs users in. */
  signsOn: boolean;
  /** Origin to which the browser sends originals and from which it fetches results; undefined: this service. */
  storageOrigin: string | undefined;
}

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

/** One year in seconds, the longest time that caches honour. */
const FOR_GOOD = 'public, max-age=31536000, immutable';

type Handler = (c: Context) => Promise<Response>;

/** The page at `/`. */
export const MAIN_PAGE = {
  title: 'Tonemill',
  description: 'Convert audio files from any format to any other.',
  entry: 'main',
  guests: false,
  signsOn: false,
} as const satisfies ConsolePage;

const OF_DOCS = { entry: 'docs', guests: false, signsOn: false } as const;

/** The pages of the documentation, by their paths. */
export const DOCS_PAGES: ReadonlyMap<string, ConsolePage> = new Map<string, ConsolePage>([
  ['/docs', { ...OF_DOCS, title: 'Guide - Tonemill', description: 'How programs convert audio.' }],
  [
    '/docs/formats',
    { ...OF_DOCS, title: 'Formats - Tonemill', description: 'Formats, their options, and limits.' },
  ],
  ['/docs/errors', { ...OF_DOCS, title: 'Errors - Tonemill', description: 'Errors, and what to do.' }],
  [
    '/docs/reference',
    { ...OF_DOCS, entry: 'reference', title: 'API - Tonemill', description: 'Every route of the service.' },
  ],
]);

/** The page for people at `/`, the documentation, and their files under `/assets/`. */
export function consoleRoutes({ files, guests, signsOn, storageOrigin }: ConsoleRouteDependencies): Router {
  const router = createRouter();
  const served = (page: ConsolePage) =>
    memoryFile({
      load: async () =>
        consolePage(
          (await files()).map(({ name }) => name),
          page,
        ),
      headers: pageHeaders(storageOrigin),
      caching: 'no-cache',
    });
  const main = { ...MAIN_PAGE, signsOn };
  const [plain, forGuests] = [served(main), served({ ...main, guests: true })];
  const assets = lazy(async () => new Map((await files()).map(asset)));

  router.get('/', (c) => (guests && isOnThisMachine(c) ? forGuests(c) : plain(c)));
  for (const [path, page] of DOCS_PAGES) router.get(path, served(page));
  router.get('/assets/:name', async (c) => {
    const answer = (await assets()).get(c.req.param('name'));
    if (!answer) throw new AppError('not_found', 'There is no such file. Load the page again.');
    return answer(c);
  });
  return router;
}

function asset({ name, bytes }: { name: string; bytes: Uint8Array }): [string, Handler] {
  const ending = name.slice(name.lastIndexOf('.') + 1);
  const type = Object.hasOwn(TYPES, ending) ? TYPES[ending] : undefined;
  if (type === undefined) throw new TypeError(`no content type is known for ${name}`);
  const file: MemoryFile = { load: async () => bytes, headers: { 'Content-Type': type }, caching: FOR_GOOD };
  return [name, memoryFile(file)];
}

function pageHeaders(storageOrigin: string | undefined): Record<string, string> {
  const withStorage = `'self'${storageOrigin === undefined ? '' : ` ${storageOrigin}`}`;
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    `media-src ${withStorage}`,
    `connect-src ${withStorage}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': policy.join('; '),
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
  };
}
