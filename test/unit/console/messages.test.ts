import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { FORMATS } from '../../../lib/audio/formats/formats.ts';
import { describeOptions } from '../../../lib/audio/formats/options.ts';
import { ADAPTATIONS } from '../../../lib/audio/media/adaptations.ts';
import { WARNINGS } from '../../../lib/audio/media/warnings.ts';
import { WAYS } from '../../../lib/console/failure-ways.ts';
import { DOCS_EN } from '../../../lib/console/messages/docs-en.ts';
import { DOCS_ES } from '../../../lib/console/messages/docs-es.ts';
import { EN } from '../../../lib/console/messages/en.ts';
import { ES } from '../../../lib/console/messages/es.ts';
import { OPTIONS_ES } from '../../../lib/console/messages/options-es.ts';
import { SERVICE_EN } from '../../../lib/console/messages/service-en.ts';
import { SERVICE_ES } from '../../../lib/console/messages/service-es.ts';
import { MOST_OUTPUTS } from '../../../lib/console/most-outputs.ts';
import { STATUS } from '../../../lib/http/problem.ts';
import { MOST_OUTPUTS as MOST_OF_SERVICE, TASK_STATES } from '../../../lib/ports/tasks.ts';
import { FAILURE_CODES } from '../../../lib/runtime/errors.ts';
import { apiDocument, operationsOf } from '../../support/document.ts';

const SOURCES = globSync('lib/console/**/*.{ts,tsx}', { exclude: (name) => name === 'messages' })
  .map((path) => readFileSync(path, 'utf8'))
  .join('\n');

/** Catalogues of the console and of the documentation, each in English and in Spanish. */
const CATALOGUES = [
  [EN, ES],
  [DOCS_EN, DOCS_ES],
] as const;

const SCHEMA = z.looseObject({ properties: z.record(z.string(), z.unknown()).optional() });

/** Names of options, and of the parts of those that are objects. */
function optionNames(schema: unknown, before = ''): string[] {
  return Object.entries(SCHEMA.parse(schema).properties ?? {}).flatMap(([name, inner]) => [
    `${before}${name}`,
    ...optionNames(inner, `${before}${name}.`),
  ]);
}

const LEAF = z.looseObject({
  anyOf: z.array(z.unknown()).optional(),
  enum: z.array(z.union([z.string(), z.number()])).optional(),
  const: z.string().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
});

/** The fields of a form: options, and the parts of those that are objects or may be. */
function leavesOf(schema: unknown, before = ''): [string, unknown][] {
  return Object.entries(SCHEMA.parse(schema).properties ?? {}).flatMap(([name, inner]) => {
    const own = `${before}${name}`;
    const { properties, anyOf = [] } = LEAF.parse(inner);
    if (properties) return leavesOf(inner, `${own}.`);
    const parts = own === 'fit' ? anyOf.flatMap((kind) => leavesOf(kind, `${own}.`)) : [];
    return [[own, inner] as [string, unknown], ...parts];
  });
}

/** The texts that an option lists as values, if the form shows them as choices. */
function valuesOf(schema: unknown): string[] {
  const { anyOf = [], enum: listed = [], const: only } = LEAF.parse(schema);
  const kinds = anyOf.map((kind) => LEAF.parse(kind));
  const takesNumber = kinds.some(({ type }) => type === 'number');
  const inKinds = takesNumber ? [] : kinds.flatMap((kind) => kind.enum ?? []);
  return [...listed, ...inKinds, only].filter((value) => typeof value === 'string');
}

describe('The catalogues of the console', () => {
  it('have the same keys, none of them empty, and the same values and code in each text', () => {
    const values = (text: string) => text.match(/\{\w+\}|`[^`]+`|\]\([^)]+\)/g)?.sort();
    for (const [english, spanish] of CATALOGUES) {
      assert.deepEqual(Object.keys(spanish).sort(), Object.keys(english).sort());
      for (const [key, text] of Object.entries(english)) {
        const other = new Map(Object.entries(spanish)).get(key) ?? '';
        assert.ok(text.trim() !== '' && other.trim() !== '', key);
        assert.deepEqual(values(other), values(text), key);
      }
    }
  });

  it('have a sentence for each failure, each warning and each state', () => {
    const keys = new Set<string>(Object.keys(EN));
    const needed = [
      ...[...FAILURE_CODES].map((code) => `failure.${code}`),
      ...Object.keys(WARNINGS).map((code) => `warning.${code}`),
      ...Object.keys(ADAPTATIONS).map((code) => `adaptation.${code}`),
      ...TASK_STATES.map((state) => `tasks.state.${state}`),
    ];
    assert.deepEqual(
      needed.filter((key) => !keys.has(key)),
      [],
    );
  });

  it('have a sentence and a remedy for each code of an error, and a title for each section of the document', async () => {
    const { tags } = z.object({ tags: z.array(z.object({ name: z.string() })) }).parse(await apiDocument());
    const needed = [
      ...Object.entries(STATUS)
        .filter(([code, status]) => !FAILURE_CODES.has(code) || status !== STATUS.not_audio)
        .flatMap(([code]) => [`error.${code}`, `error.${code}.do`]),
      ...[...FAILURE_CODES].map((code) => `remedy.${code}`),
      ...tags.map(({ name }) => `section.${name}`),
    ];
    const keys = Object.keys(DOCS_EN);
    assert.deepEqual(
      needed.filter((key) => !keys.includes(key)),
      [],
    );
    const known = keys.filter((key) => /^(error|remedy|section)\./.test(key));
    assert.deepEqual(known.toSorted(), needed.toSorted());
  });

  it('have a name for each option, and its meaning in Spanish', () => {
    const options = new Set(FORMATS.flatMap((format) => optionNames(describeOptions(format))));
    const names = [...options].map((name) => `option.${name}`);
    const keys: readonly string[] = Object.keys(EN);
    assert.deepEqual(
      names.filter((name) => !keys.includes(name)),
      [],
    );
    assert.deepEqual(Object.keys(OPTIONS_ES).sort(), [...options].sort());
  });

  it('have words for each value that an option lists, and the meaning of each field in both languages', () => {
    const schemas = FORMATS.flatMap((format) => leavesOf(describeOptions(format)));
    const fields = new Set(schemas.map(([name]) => `hint.${name}`));
    const values = new Set(
      schemas.flatMap(([, schema]) => valuesOf(schema)).map((value) => `value.${value}`),
    );
    const keys: readonly string[] = Object.keys(EN);
    assert.deepEqual(
      [...fields, ...values].filter((key) => !keys.includes(key)),
      [],
    );
    assert.deepEqual(
      keys.filter((key) => key.startsWith('hint.') && !fields.has(key)),
      [],
    );
  });

  it('have no name of the API in any text', () => {
    const options = FORMATS.flatMap((format) => optionNames(describeOptions(format)));
    const names = new Set(options.flatMap((name) => name.split('.')).filter((name) => /[A-Z]/.test(name)));
    const isName = (word: string) =>
      names.has(word) || /^[a-z]{2,}[A-Z]|^[a-z]+_[a-z]|^null$|^undefined$/.test(word);
    const texts = [...Object.entries(EN), ...Object.entries(ES)];
    const pairs = [...SERVICE_EN, ...SERVICE_ES].map(([, text]) => ['', text] as const);
    const found = [...texts, ...pairs].flatMap(([key, text]) => {
      const plain = text.replaceAll(/\{\w+\}/g, '');
      const isCode = /`|\b(?:copy|encode|keep|fail|deliver|limit|refuse|strip|auto): /.test(plain);
      const words = plain.split(/[^\w]+/).filter(isName);
      return isCode || words.length > 0 ? [`${key}: ${text}`] : [];
    });
    assert.deepEqual(found, []);
  });

  it('stand beside a form that offers as many outputs as the service takes', () => {
    assert.equal(MOST_OUTPUTS, MOST_OF_SERVICE);
  });

  it('have a way out, or none on purpose, for each failure', () => {
    assert.deepEqual(Object.keys(WAYS).sort(), [...FAILURE_CODES, 'files_removed'].sort());
  });

  it('have a Spanish sentence only for an English one that the service has', () => {
    const service = globSync('lib/**/*.ts', { exclude: (name) => name === 'console' })
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n')
      .replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '{}');
    for (const [english, spanish] of [...SERVICE_ES, ...SERVICE_EN]) {
      const names = (text: string) => new Set(text.match(/\{\w+\}/g));
      assert.ok(names(spanish).isSubsetOf(names(english)), english);
      const [longest = ''] = english
        .split(/\{\w+\}|(?<=\.) /)
        .sort((one, other) => other.length - one.length);
      assert.ok(longest.length > 3 && service.includes(longest.trim()), english);
    }
  });

  it('lead only to operations that there are', async () => {
    const names = operationsOf(await apiDocument()).map(([, { operationId }]) => operationId);
    const linked = Object.values(DOCS_EN).flatMap((text) => [...text.matchAll(/\/docs\/reference#(\w+)/g)]);
    assert.ok(linked.length > 0);
    for (const [, name] of linked) assert.ok(names.includes(name), name);
  });

  it('have no text that the page never shows', () => {
    const unused = [...Object.keys(EN), ...Object.keys(DOCS_EN)].filter((key) => !isNamed(key));
    assert.deepEqual(unused, []);
  });
});

/** Whether a key stands in the sources, whole or with its last parts made from a value. */
function isNamed(key: string): boolean {
  if (SOURCES.includes(`'${key}'`) || SOURCES.includes(`text="${key}"`)) return true;
  if (SOURCES.includes(`'${key.replace(/\.(one|other)$/, '')}'`)) return true;
  const parts = key.split('.');
  return parts.some((_, count) => count > 0 && SOURCES.includes(`\`${parts.slice(0, count).join('.')}.\${`));
}
