import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { apiDocument } from '../support/document.ts';
import { newFolder } from '../support/folders.ts';

const run = promisify(execFile);

/** The file of the types that the client is built on. */
export const TYPES = join(import.meta.dirname, '..', '..', 'lib', 'client', 'schema.ts');

/** openapi-typescript prints by the compiler's own API, which TypeScript 7 does not have; so both are fetched for this alone. */
const TOOLS = ['openapi-typescript@7.13.0', 'typescript@5.9.3'].map((name) => `--package=${name}`);

/** The beginning of the types that belong to the OpenAPI document of these sources. */
export async function typesHeader(): Promise<string> {
  const { info: _, ...document } = await apiDocument();
  const digest = createHash('sha256').update(JSON.stringify(document)).digest('hex');
  return `// npm run client:types writes this file from the OpenAPI document.\n// Document: ${digest}\n`;
}

/** Writes the types anew. */
export async function writeTypes(): Promise<void> {
  const folder = await newFolder();
  const [document, types] = [join(folder, 'openapi.json'), join(folder, 'schema.ts')];
  await writeFile(document, JSON.stringify(await apiDocument()));
  await run('npm', ['exec', '--yes', ...TOOLS, '--', 'openapi-typescript', document, '-o', types]);
  const text = await readFile(types, 'utf8');
  await writeFile(
    TYPES,
    (await typesHeader()) + text.replaceAll(/^ +/gm, (indent) => indent.slice(indent.length / 2)),
  );
}
