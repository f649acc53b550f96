/**
 * Writes what can be derived into terraform/README.md: inputs and outputs of both roots, and the cost estimate.
 *
 *     node test/terraform/document.ts
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { costTable } from './costs.ts';
import { type Block, blocks, ROOTS, TERRAFORM } from './hcl.ts';

export const README = join(TERRAFORM, 'README.md');

/** The page with everything between `<!-- begin NAME -->` and `<!-- end NAME -->` made anew. */
export async function document(page: string): Promise<string> {
  const all = await blocks();
  const parts: [name: string, text: string][] = [
    ...ROOTS.flatMap((root): [string, string][] => [
      [`inputs of ${root}`, inputs(all, root)],
      [`outputs of ${root}`, outputs(all, root)],
    ]),
    ['costs', costTable()],
  ];
  return parts.reduce((text, [name, part]) => replaced(text, name, part), page);
}

function replaced(page: string, name: string, part: string): string {
  const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new TypeError(`Expected ${begin} and ${end} in terraform/README.md.`);
  return `${page.slice(0, from)}${begin}\n${part}\n${page.slice(to)}`;
}

function declared(all: readonly Block[], root: string, kind: string): Block[] {
  return all.filter((block) => block.kind === kind && block.file.startsWith(`${root}/`));
}

function inputs(all: readonly Block[], root: string): string {
  const rows = declared(all, root, 'variable').map(({ labels, body }) => {
    const value = 'default' in body ? code(body.default) : 'required';
    return `| \`${labels[0]}\` | ${value} | ${String(body.description)} |`;
  });
  return ['| input | default | meaning |', '|---|---|---|', ...rows].join('\n');
}

function outputs(all: readonly Block[], root: string): string {
  const rows = declared(all, root, 'output').map(
    ({ labels, body }) => `| \`${labels[0]}\` | ${String(body.description)} |`,
  );
  return ['| output | meaning |', '|---|---|', ...rows].join('\n');
}

/** A default as HCL has it, on one line; a bar would end the cell. */
function code(value: unknown): string {
  return `\`${hcl(value).replaceAll('|', '\\|')}\``;
}

function hcl(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(hcl).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, inner]) => `${key} = ${hcl(inner)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

if (import.meta.main) await writeFile(README, await document(await readFile(README, 'utf8')));
