import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { context } from 'esbuild';
import { CONSOLE_BUILD, type ConsoleFile, DOCS_BUILD, filesOf } from '../../lib/app/console-bundle.ts';
import { DOCS_PAGES, MAIN_PAGE } from '../../lib/http/routes/console.ts';
import { type ConsolePage, consolePage } from '../../lib/http/routes/console-page.ts';

/**
 * npm run dev:console: serves the console at http://localhost:5173, bundled anew and loaded again at each change of its
 * sources, and passes every other request on to `npm run dev`.
 */
const PORT = 5173;
const PROGRAM = { host: 'localhost', port: Number(process.env.PORT ?? 8080) };

const RELOAD = "new EventSource('/dev/changes').onmessage = () => location.reload();";

const PAGES = new Map<string, ConsolePage>([['/', { ...MAIN_PAGE, guests: true }], ...DOCS_PAGES]);

/** The newest files of each build. */
const files = new Map<object, readonly ConsoleFile[]>();
const listeners = new Set<ServerResponse>();

for (const options of [CONSOLE_BUILD, DOCS_BUILD]) {
  const builder = await context({
    ...options,
    minify: false,
    sourcemap: 'inline',
    logLevel: 'info',
    plugins: [
      {
        name: 'reload',
        setup: ({ onEnd }) =>
          onEnd(({ outputFiles = [] }) => {
            if (outputFiles.length === 0) return;
            files.set(options, filesOf(outputFiles));
            for (const listener of listeners) listener.write('data: changed\n\n');
          }),
      },
    ],
  });
  await builder.watch();
}
createServer(answer).listen(PORT, 'localhost', () =>
  console.log(`The console is on http://localhost:${PORT}`),
);

function answer(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { pathname } = new URL(incoming.url ?? '/', 'http://localhost');
  const asset = built().find(({ name }) => pathname === `/assets/${name}`);
  const page = PAGES.get(pathname);
  if (page) send(outgoing, 'text/html', htmlOf(page));
  else if (pathname === '/dev/reload.js') send(outgoing, 'text/javascript', RELOAD);
  else if (pathname === '/dev/changes') listen(outgoing);
  else if (asset) send(outgoing, typeOf(asset.name), asset.bytes);
  else passOn(incoming, outgoing);
}

function built(): ConsoleFile[] {
  return [...files.values()].flat();
}

function htmlOf(page: ConsolePage): string {
  const html = consolePage(
    built().map(({ name }) => name),
    page,
  );
  return html.replace('</body>', '<script src="/dev/reload.js"></script></body>');
}

function typeOf(name: string): string {
  if (name.endsWith('.js')) return 'text/javascript';
  return name.endsWith('.css') ? 'text/css' : 'image/svg+xml';
}

function send(outgoing: ServerResponse, type: string, content: string | Uint8Array): void {
  outgoing.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(content);
}

function listen(outgoing: ServerResponse): void {
  outgoing.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  outgoing.flushHeaders();
  listeners.add(outgoing);
  outgoing.on('close', () => listeners.delete(outgoing));
}

function passOn(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method, url: path, headers } = incoming;
  const asked = request({ ...PROGRAM, method, path, headers }, (answered) => {
    outgoing.writeHead(answered.statusCode ?? 502, answered.headers);
    answered.pipe(outgoing);
  });
  asked.on('error', () => outgoing.writeHead(502).end());
  outgoing.on('close', () => asked.destroy());
  incoming.pipe(asked);
}
