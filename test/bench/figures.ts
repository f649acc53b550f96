import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { progress } from './progress.ts';

/** A heading row, and rows of figures. */
export type Table = readonly (readonly string[])[];

/** Tables that this process has printed. */
const printed: Table[] = [];

/** The middle of some figures. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

/** Prints a table on standard output, its columns in line; the live line of progress goes first. */
export function printTable(rows: Table): void {
  printed.push(rows);
  progress.clear();
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) {
    const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    process.stdout.write(`${cells.join('  ').trimEnd()}\n`);
  }
}

/**
 * Writes all printed tables as Markdown and as JSON, with the machine and the time.
 * @param name of the benchmark, and of both files
 * @returns path of the Markdown
 */
export async function writeTables(name: string, quick: boolean, folder = '.build/bench'): Promise<string> {
  const [cores, memory] = [cpus(), (totalmem() / 2 ** 30).toFixed(0)];
  const machine = `${cores.length} x ${cores[0]?.model ?? 'unknown'}, ${memory} GiB, Node.js ${process.version}`;
  const date = new Date().toISOString();
  const path = join(folder, name);
  await mkdir(folder, { recursive: true });
  await writeFile(`${path}.json`, `${JSON.stringify({ name, date, machine, quick, tables: printed })}\n`);
  const title = `# ${name}${quick ? ', quick' : ''}\n\n${date.slice(0, 16)}Z, ${machine}\n`;
  await writeFile(`${path}.md`, [title, ...printed.map(markdown)].join('\n'));
  return `${path}.md`;
}

function markdown([heading = [], ...rows]: Table): string {
  const lines = [heading, heading.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `${lines.join('\n')}\n`;
}
