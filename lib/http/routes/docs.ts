import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { MemoryFile } from '../memory-file.ts';

/** The page loads its parts only from this server; swagger-ui sets inline styles. */
const POLICY = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'";

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>Tonemill API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css">
  </head>
  <body>
    <main id="api"></main>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

const START = "SwaggerUIBundle({ url: '/openapi.json', dom_id: '#api', deepLinking: true });\n";

/**
 * One hour in seconds. The names of the parts do not change with a release, so caches keep them for a short time only.
 */
const HOUR = 'public, max-age=3600';

const CSS = 'text/css; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

/** The page, which browsers revalidate each time, and the parts that it loads, by name. */
export const DOCS: { page: MemoryFile; parts: Readonly<Record<string, MemoryFile>> } = {
  page: {
    load: async () => PAGE,
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': POLICY },
    caching: 'no-cache',
  },
  parts: {
    'swagger-ui.css': packaged('swagger-ui.css', CSS),
    'swagger-ui-bundle.js': packaged('swagger-ui-bundle.js', SCRIPT),
    'start.js': { load: async () => START, headers: { 'Content-Type': SCRIPT }, caching: HOUR },
  },
};

/** A file of swagger-ui-dist. */
function packaged(name: string, type: string): MemoryFile {
  const load = () =>
    readFile(join(dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json')), name));
  return { load, headers: { 'Content-Type': type }, caching: HOUR };
}
