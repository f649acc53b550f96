import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, matchesGlob } from 'node:path';
import { z } from 'zod';

const CONFIG = z.object({ spec: z.array(z.string()), ignore: z.array(z.string()).default([]) });

describe('Test files', () => {
  const files = globSync('test/**/*.test.ts').sort();

  it('all belong to npm run test:all', () => {
    assert.deepEqual(filesOf('.mocharc.all.json'), files);
  });

  it('all belong to npm test, but for those that are named long', () => {
    const short = files.filter((file) => !file.endsWith('.long.test.ts'));
    assert.deepEqual(filesOf('.mocharc.json'), short);
  });

  it('in test/unit/ all belong to npm run test:unit, and each stands where lib/ has the folder that it tests', () => {
    const unit = files.filter((file) => file.startsWith('test/unit/'));
    assert.deepEqual(filesOf('.mocharc.unit.json'), unit);
    const folders = new Set(unit.map((file) => dirname(file).replace('test/unit', 'lib')));
    assert.deepEqual(
      [...folders].filter((folder) => !existsSync(folder)),
      [],
    );
  });

  it('that npm run test:fallback lists are all there', () => {
    const { spec } = readConfig('.mocharc.fallback.json');
    assert.deepEqual(filesOf('.mocharc.fallback.json'), spec.toSorted());
  });

  /** The test files that mocha runs with a configuration. */
  function filesOf(name: string): string[] {
    const { spec, ignore } = readConfig(name);
    const isIn = (globs: readonly string[], file: string) => globs.some((glob) => matchesGlob(file, glob));
    return files.filter((file) => isIn(spec, file) && !isIn(ignore, file));
  }
});

function readConfig(name: string): z.output<typeof CONFIG> {
  return CONFIG.parse(JSON.parse(readFileSync(name, 'utf8')));
}
