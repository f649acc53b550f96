import { signal } from '@preact/signals';
import { EDITED } from './edited-output.ts';
import { formats } from './formats.ts';
import { t } from './messages.ts';
import type { Options } from './options.ts';
import { size } from './quantities.ts';
import { inFormat, type Wanted, wanted } from './wanted.ts';

/** A file of this machine, or the address of one that the service fetches. */
export type StagedSource = { file: File } | { url: string };

/** A file that waits for its conversion. */
export interface StagedFile {
  key: number;
  name: string;
  source: StagedSource;
  /** Undefined: as chosen for all. */
  format: string | undefined;
  /** Address to which the result is delivered as well; empty: none. */
  destination: string;
  /** Tags and chapters of its own, and a choice about its cover, as options. */
  edits: Options;
  /** A picture in place of its own. */
  cover: File | undefined;
}

/** Files that were dropped, pasted or chosen, and addresses. */
export const staged = signal<readonly StagedFile[]>([]);

let keys = 0;

/** Adds files; folders name hidden files of the system, which are left out. */
export function stage(files: Iterable<File>): void {
  const added = [...files].filter(({ name }) => !name.startsWith('.'));
  add(added.map((file) => ({ name: file.name, source: { file } })));
}

/** Adds the addresses of a text, one a line. False, with nothing added, if a line is none. */
export function stageAddresses(text: string): boolean {
  const lines = text.split('\n').map((line) => line.trim());
  const urls = lines.filter(Boolean).map((line) => URL.parse(line));
  const added = urls.flatMap((url) => (url && /^https?:$/.test(url.protocol) ? [url] : []));
  if (added.length === 0 || added.length < urls.length) return false;
  add(added.map((url) => ({ name: nameOf(url), source: { url: url.href } })));
  return true;
}

function add(sources: readonly { name: string; source: StagedSource }[]): void {
  const added = sources.map((each) => ({
    key: keys++,
    ...each,
    format: undefined,
    destination: '',
    edits: {},
    cover: undefined,
  }));
  staged.value = [...staged.value, ...added];
}

/** The address without its query, which may be long and secret. */
function nameOf({ host, pathname }: URL): string {
  const last = pathname.split('/').findLast((part) => part !== '');
  return last === undefined ? host : `${host} · ${last}`;
}

export function unstage(key: number): void {
  staged.value = staged.value.filter((other) => other.key !== key);
}

export function setFormat(key: number, format: string | undefined): void {
  change(key, { format });
}

export function setDestination(key: number, destination: string): void {
  change(key, { destination });
}

export function setCover(key: number, cover: File | undefined): void {
  change(key, { cover });
}

/** Keeps the tags, the cover and the chapters of a file as its editor has them, where they differ from the choice for all. */
export function setEdits(key: number, options: Options): void {
  const shared = new Map(Object.entries(wanted.value.options));
  const edits = EDITED.flatMap((name) => {
    const value = options[name] ?? (shared.has(name) ? 'keep' : undefined);
    return value === undefined || value === shared.get(name) ? [] : [[name, value] as const];
  });
  change(key, { edits: Object.fromEntries(edits) });
}

function change(key: number, changed: Partial<StagedFile>): void {
  staged.value = staged.value.map((other) => (other.key === key ? { ...other, ...changed } : other));
}

/** Whether a file has a format of its own. */
export function isOwn(format: string | undefined): format is string {
  return format !== undefined && format !== wanted.value.format;
}

/** Gives every file the format that was chosen for all. */
export function applyToAll(): void {
  staged.value = staged.value.map((each) => ({ ...each, format: undefined }));
}

/** Sentence about a file that the service would refuse. */
export function problemOf({ source }: StagedFile): string | undefined {
  if ('url' in source) return undefined;
  const most = formats.value?.limits.uploadBytes ?? Number.POSITIVE_INFINITY;
  if (source.file.size === 0) return t('staged.empty');
  return source.file.size > most ? t('staged.tooLarge', { size: size(most) }) : undefined;
}

/** The requested output of a file: options are for the format that was chosen for all, edits for any that has them. */
export function wantedOf({ format, edits }: StagedFile): Wanted {
  const chosen = isOwn(format) ? { format, options: {} } : wanted.value;
  return inFormat({ format: chosen.format, options: { ...chosen.options, ...edits } }, chosen.format);
}
