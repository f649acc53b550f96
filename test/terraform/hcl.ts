import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join, relative } from 'node:path';

/** Required, not imported: its types bring in those of the DOM, which change what Node's own streams are. */
const { parse }: { parse(name: string, text: string): Promise<Record<string, unknown>> } = createRequire(
  import.meta.url,
)('@cdktf/hcl2json');

/** A body as hcl2json gives it: attributes are values or `${expressions}`, blocks are arrays of bodies. */
export type Body = { readonly [key: string]: unknown };

/** One declared thing: `resource "google_x" "this"` has the labels `google_x` and `this`. */
export interface Block {
  readonly file: string;
  readonly kind: string;
  readonly labels: readonly string[];
  readonly body: Body;
}

/** Folder of the Terraform code, from the package's root. */
export const TERRAFORM = join(import.meta.dirname, '..', '..', 'terraform');

export const ROOTS = ['serverless', 'vm'] as const;

/** Every block at the top of every file below the folder. */
export async function blocks(folder = TERRAFORM): Promise<Block[]> {
  const found: Block[] = [];
  for (const file of await terraformFiles(folder)) {
    const text = await readFile(file, 'utf8');
    found.push(...declared(relative(folder, file), await parse(basename(file), text)));
  }
  return found;
}

export function isBody(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether the value is what a nested block parses to. */
export function isBlocks(value: unknown): value is Body[] {
  return Array.isArray(value) && value.length > 0 && value.every(isBody);
}

/** Every `.tf` file below the folder. */
export async function terraformFiles(folder = TERRAFORM): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter(
      (entry) => entry.isFile() && entry.name.endsWith('.tf') && !entry.parentPath.includes('.terraform'),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

const LABELS: Readonly<Record<string, number>> = {
  resource: 2,
  data: 2,
  provider: 1,
  variable: 1,
  output: 1,
  module: 1,
  check: 1,
};

function declared(file: string, parsed: Body): Block[] {
  return Object.entries(parsed).flatMap(([kind, value]) =>
    unfold(value, LABELS[kind] ?? 0).map(({ labels, body }) => ({ file, kind, labels, body })),
  );
}

/** hcl2json nests a block's labels as keys around it. */
function unfold(value: unknown, depth: number): { labels: string[]; body: Body }[] {
  if (depth > 0 && isBody(value)) {
    return Object.entries(value).flatMap(([label, inner]) =>
      unfold(inner, depth - 1).map(({ labels, body }) => ({ labels: [label, ...labels], body })),
    );
  }
  return (Array.isArray(value) ? value : [value]).filter(isBody).map((body) => ({ labels: [], body }));
}
