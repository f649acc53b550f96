import { globSync, readFileSync } from 'node:fs';

/** A page for readers. */
export interface Page {
  /** From the package's root. */
  path: string;
  text: string;
}

/** README.md, the map of lib/, and docs/. */
export const PAGES: readonly Page[] = ['README.md', 'lib/README.md', ...globSync('docs/**/*.md').sort()].map(
  (path) => ({ path, text: readFileSync(path, 'utf8') }),
);

/** A block of shell commands. */
export interface ShellBlock {
  page: string;
  /** The heading above it. */
  heading: string;
  lines: string[];
}

export const SHELL_BLOCKS: readonly ShellBlock[] = PAGES.flatMap(({ path, text }) =>
  text.split(/^#+ /m).flatMap((section) => {
    const heading = section.split('\n', 1)[0] ?? '';
    return fenced(section, 'sh').map((block) => ({ page: path, heading, lines: block.split('\n') }));
  }),
);

/** Lines of every block of shell commands under one heading of one page, in order. Throws where there is none. */
export function shellBlocks(page: string, heading: string): string[][] {
  const found = SHELL_BLOCKS.filter((block) => block.page === page && block.heading === heading);
  if (found.length === 0) throw new TypeError(`${page} has no commands under "${heading}"`);
  return found.map(({ lines }) => lines);
}

/** The text of one page. */
export function pageText(path: string): string {
  const page = PAGES.find((one) => one.path === path);
  if (!page) throw new TypeError(`there is no page ${path}`);
  return page.text;
}

/** First cells of the tables under one heading: the names in backticks that stand there. */
export function tableNames(page: string, heading: string): string[] {
  const section = pageText(page)
    .split(/^#+ /m)
    .find((text) => text.startsWith(`${heading}\n`));
  const cells = (section ?? '').matchAll(/^\| (`[^|]*)\|/gm);
  return [...cells].flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
}

/** Contents of the fenced blocks of one language, without the last newline. */
export function fenced(text: string, language: string): string[] {
  const blocks = text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)\\n\`\`\`$`, 'gms'));
  return [...blocks].map(([, block = '']) => block);
}

/** A page without its blocks of commands and without code in its sentences. */
export function prose(text: string): string {
  return text.replace(/^```.*?^```$/gms, '').replace(/`[^`\n]*`/g, '``');
}
