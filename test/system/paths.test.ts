import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fenced, PAGES, type Page } from '../support/pages.ts';

const FURTHER = ['CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'terraform/README.md'];

const ALL: readonly Page[] = [
  ...PAGES,
  ...FURTHER.map((path) => ({ path, text: readFileSync(path, 'utf8') })),
];

/** Files that a command writes or a person adds; a checkout has none of them. */
const ABSENT = /^(\.build|node_modules)\/|(^|\/)terraform\.tfvars$/;

/** Endings of the files that pages name. */
const FILE = /^[\w.-]+(\/[\w.-]+)*\.(ts|sh|tf|tfvars|yaml|yml|json|md|go|service)$/;

/** A folder by its last slash, or a file in a folder without an ending, such as `.ci/run`. */
const IN_FOLDER = /^(\.?[\w-]+\/)+[\w.-]*$/;

/** Packages and media types look like files in a folder, so names without an ending count only in these folders. */
const TOP = /^(\.ci|\.github|\.githooks|docs|functions|lib|terraform|test)\//;

describe('Paths that pages name', () => {
  it('exist from the root, from lib/ or from the folder of the page', () => {
    const named = ALL.flatMap(({ path, text }) => pathsIn(text).map((target) => ({ page: path, target })));
    assert.ok(named.some(({ target }) => target === 'http/routes/create-task.ts'));
    assert.deepEqual(
      named
        .filter(({ page, target }) => !isThere(page, target))
        .map(({ page, target }) => `${page}: ${target}`),
      [],
    );
  });
});

/** Text in backticks that looks like a path, and the arguments of commands that are files of this repository. */
function pathsIn(text: string): string[] {
  const spans = text.replace(/^```.*?^```$/gms, '').matchAll(/`([^`\n]+)`/g);
  const names = [...spans].map(([, span = '']) => span);
  const words = [...names, ...fenced(text, 'sh')].flatMap((command) => command.split(/\s+/));
  return [
    ...new Set([...names.filter(isPath), ...words.filter((word) => TOP.test(word) && FILE.test(word))]),
  ];
}

function isPath(span: string): boolean {
  return FILE.test(span) || (IN_FOLDER.test(span) && (span.endsWith('/') || TOP.test(span)));
}

function isThere(page: string, target: string): boolean {
  if (ABSENT.test(target)) return true;
  return ['.', 'lib', dirname(page)].some((folder) => existsSync(join(folder, target)));
}
