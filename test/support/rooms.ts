import { readFileSync, writeFileSync } from 'node:fs';

/** A folder of `lib/` that stands for one concept. */
interface Room {
  /** The concept, for the map in `lib/README.md`. */
  purpose: string;
  /** Rooms that its files may import, dynamically as well. */
  imports: readonly string[];
}

/** Every room of `lib/`, by its path there; a room may import only rooms that stand below it. */
export const ROOMS: Readonly<Record<string, Room>> = {
  cli: {
    purpose: 'commands that a person types',
    imports: [
      'cli/account',
      'cli/convert',
      'cli/service',
      'cli/terminal',
      'app',
      'adapters/storage',
      'adapters/database',
      'adapters/embedded-postgres',
      'audio/ffmpeg',
      'audio/formats',
      'config',
      'runtime',
    ],
  },
  'cli/account': {
    purpose: 'commands that ask the service about the account, its tasks, keys and presets',
    imports: [
      'cli/service',
      'cli/local',
      'cli/files',
      'cli/terminal',
      'webhooks',
      'client',
      'audio/formats',
      'config',
      'runtime',
    ],
  },
  'cli/convert': {
    purpose: 'the command that converts files and folders',
    imports: ['cli/service', 'cli/local', 'cli/files', 'cli/terminal', 'client', 'config', 'runtime'],
  },
  'cli/service': {
    purpose: 'the service that commands ask, its key, and the requested output as a person types it',
    imports: ['cli/terminal', 'client', 'audio/formats', 'config', 'runtime'],
  },
  'cli/local': {
    purpose: 'the engine for commands, without a service',
    imports: [
      'cli/terminal',
      'app',
      'tasks',
      'audio/engine',
      'audio/formats',
      'audio/media',
      'config',
      'runtime',
    ],
  },
  'cli/files': {
    purpose: 'files that commands write: complete or not at all, under safe names',
    imports: ['cli/terminal', 'tasks', 'runtime'],
  },
  'cli/terminal': {
    purpose: 'lines, colours, questions, signals and exit codes of commands',
    imports: ['runtime'],
  },
  emulate: {
    purpose: 'Google Cloud on one machine, for people and for tests',
    imports: ['app', 'http', 'adapters/database', 'adapters/embedded-postgres', 'config', 'runtime'],
  },
  app: {
    purpose: 'composition of configuration, adapters and services; the four ways to run',
    imports: [
      'http/routes',
      'http/events',
      'http',
      'http/schemas',
      'telemetry',
      'first-generation',
      'housekeeping',
      'backup',
      'transfers',
      'conversions',
      'uploads',
      'webhooks',
      'tasks',
      'accounts',
      'outbound',
      'limits',
      'adapters/storage',
      'adapters/queue',
      'adapters/database',
      'adapters/embedded-postgres',
      'ports',
      'audio/engine',
      'audio/ffmpeg',
      'process',
      'config',
      'runtime',
    ],
  },
  console: {
    purpose: 'the page for people, which a browser runs',
    imports: ['client'],
  },
  client: {
    purpose:
      'the service for other programs and for pages; runs in browsers too, and knows nothing of the server',
    imports: [],
  },
  'http/routes': {
    purpose: 'the routes, one group a file',
    imports: [
      'http',
      'http/schemas',
      'first-generation',
      'conversions',
      'uploads',
      'webhooks',
      'tasks',
      'accounts',
      'ports',
      'audio/waveform',
      'audio/formats',
      'process',
      'runtime',
    ],
  },
  'http/events': {
    purpose: 'events of Pub/Sub and Cloud Storage, as they are pushed',
    imports: ['http', 'housekeeping', 'conversions', 'uploads', 'ports', 'runtime'],
  },
  http: {
    purpose: 'requests in, problem+json out',
    imports: ['http/schemas', 'uploads', 'tasks', 'accounts', 'ports', 'audio/media', 'runtime'],
  },
  'http/schemas': {
    purpose: 'shapes of requests and answers, as the OpenAPI document has them',
    imports: ['webhooks', 'ports', 'audio/formats', 'audio/media', 'runtime'],
  },
  telemetry: {
    purpose: 'metrics and traces of a process, for those who operate the service',
    imports: ['ports', 'audio/ffmpeg', 'runtime'],
  },
  'first-generation': {
    purpose: 'import of users and tasks; results that its workers report',
    imports: ['tasks', 'accounts', 'ports', 'audio/engine', 'audio/formats', 'audio/media', 'runtime'],
  },
  housekeeping: {
    purpose: 'repairs of lost messages, dead leases, expired uploads, orphaned objects',
    imports: ['uploads', 'tasks', 'ports', 'runtime'],
  },
  backup: {
    purpose: 'one file with a whole installation, and its way back',
    imports: ['uploads', 'tasks', 'ports', 'runtime'],
  },
  transfers: {
    purpose: 'originals that the service fetches, and results that it delivers',
    imports: ['uploads', 'tasks', 'outbound', 'ports', 'audio/formats', 'runtime'],
  },
  conversions: {
    purpose: 'one message, one attempt, one stored result',
    imports: [
      'tasks',
      'ports',
      'audio/engine',
      'audio/waveform',
      'audio/ffmpeg',
      'audio/formats',
      'audio/media',
      'runtime',
    ],
  },
  uploads: {
    purpose: 'an original on its way in',
    imports: ['webhooks', 'tasks', 'ports', 'audio/formats', 'runtime'],
  },
  webhooks: {
    purpose: 'addresses that receive events, and the tries to send them',
    imports: ['outbound', 'ports', 'runtime'],
  },
  tasks: {
    purpose: 'the task as its owner sees it; names of its objects',
    imports: ['ports', 'audio/tags', 'audio/formats', 'audio/media', 'runtime'],
  },
  accounts: {
    purpose: 'users, passwords, sessions, access tokens',
    imports: ['limits', 'ports', 'runtime'],
  },
  limits: {
    purpose: 'quotas of users and addresses',
    imports: ['ports', 'runtime'],
  },
  'adapters/storage': {
    purpose: 'originals and results in folders and buckets',
    imports: ['ports', 'runtime'],
  },
  'adapters/queue': {
    purpose: 'conversion messages by pg-boss and Pub/Sub',
    imports: ['adapters/database', 'ports', 'runtime'],
  },
  'adapters/database': {
    purpose: 'rows in PostgreSQL, and their changes',
    imports: ['ports', 'audio/media', 'runtime'],
  },
  'adapters/embedded-postgres': {
    purpose: 'the PostgreSQL server that the program brings',
    imports: ['runtime'],
  },
  outbound: {
    purpose: 'requests to servers that users name, to public addresses only',
    imports: ['runtime'],
  },
  ports: {
    purpose: 'interfaces between the domain and the adapters',
    imports: ['audio/media', 'runtime'],
  },
  'audio/engine': {
    purpose: 'runs of ffmpeg that make and check one result',
    imports: [
      'audio/tags',
      'audio/waveform',
      'audio/ffmpeg',
      'audio/plan',
      'audio/formats',
      'audio/media',
      'process',
      'runtime',
    ],
  },
  'audio/tags': {
    purpose: 'tags, pictures and chapters, by TagLib in a worker thread',
    imports: ['audio/plan', 'audio/formats', 'audio/media'],
  },
  'audio/waveform': {
    purpose: 'peaks of the sound, and their picture',
    imports: ['process'],
  },
  'audio/ffmpeg': {
    purpose: 'arguments, inputs, limits and errors of ffmpeg and ffprobe',
    imports: ['audio/plan', 'audio/formats', 'audio/media', 'process', 'runtime'],
  },
  'audio/plan': {
    purpose: 'one original and one request become one plan; pure',
    imports: ['audio/formats', 'audio/media', 'runtime'],
  },
  'audio/formats': {
    purpose: 'formats, codecs, options, presets',
    imports: ['audio/media', 'runtime'],
  },
  'audio/media': {
    purpose: 'media information',
    imports: ['runtime'],
  },
  process: {
    purpose: 'a program under limits; nothing of audio',
    imports: ['runtime'],
  },
  config: {
    purpose: 'the one place that reads the environment',
    imports: ['runtime'],
  },
  runtime: {
    purpose: 'errors, log, files, limits on work; no domain word',
    imports: [],
  },
};

/** Rooms by floor, the top floor first: a room stands one floor above the highest room that it imports. */
export function floors(): string[][] {
  const heights = new Map<string, number>();
  const height = (room: string): number => {
    const known = heights.get(room);
    if (known !== undefined) return known;
    const below = (ROOMS[room]?.imports ?? []).map(height);
    const found = below.length === 0 ? 0 : Math.max(...below) + 1;
    heights.set(room, found);
    return found;
  };
  const rooms = Object.keys(ROOMS);
  const count = Math.max(...rooms.map(height)) + 1;
  const result = Array.from({ length: count }, (_, floor) => rooms.filter((room) => height(room) === floor));
  return result.reverse();
}

/** The floors as a picture in text, for `docs/architecture.md`. */
function pictureOfRooms(): string {
  const lines = floors().map((rooms) => rooms.join('   '));
  const width = Math.max(...lines.map(({ length }) => length));
  const rule = `+${'-'.repeat(width + 2)}+`;
  const body = lines.flatMap((line) => [`| ${line.padEnd(width)} |`, rule]);
  return ['```text', rule, ...body, '```'].join('\n');
}

/** The rooms as a Markdown table, for `docs/architecture.md` and `lib/README.md`. */
function tableOfRooms(): string {
  const rows = Object.entries(ROOMS).map(
    ([room, { purpose, imports }]) =>
      `| \`${room}/\` | ${purpose} | ${imports.map((name) => `\`${name}\``).join(', ') || 'none'} |`,
  );
  return ['| room | for | may import |', '|---|---|---|', ...rows].join('\n');
}

const MARKED = /(<!-- rooms -->\n)[\s\S]*?(<!-- \/rooms -->)/;

/** A page whose part between the markers `<!-- rooms -->` and `<!-- /rooms -->` says what `ROOMS` says. */
export function withRooms(page: string, rooms: string): string {
  return page.replace(MARKED, (_whole, begin, end) => `${begin}${rooms}\n${end}`);
}

/** The pages that show the rooms, with what each shows. */
export const PAGES_OF_ROOMS: Readonly<Record<string, () => string>> = {
  'docs/architecture.md': () => `${pictureOfRooms()}\n\n${tableOfRooms()}`,
  'lib/README.md': tableOfRooms,
};

/** `node test/support/rooms.ts` writes the rooms into the pages. */
if (import.meta.main) {
  for (const [path, rooms] of Object.entries(PAGES_OF_ROOMS))
    writeFileSync(path, withRooms(readFileSync(path, 'utf8'), rooms()));
}
