import { signal } from '@preact/signals';
import { EDITED } from './edited-output.ts';
import { formats } from './formats.ts';
import { t } from './messages.ts';
import type { Options } from './options.ts';
import { further } from './outputs.ts';
import { size } from './quantities.ts';
import type { ServiceSentence } from './service-sentences.ts';
import { inFormat, type Wanted, want, wanted } from './wanted.ts';

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
  /** Why the service did not take it, at the last try. */
  refusal: ServiceSentence | undefined;
  /** Whether the service is about to answer. */
  isSending: boolean;
}

/** Files that were dropped, pasted or chosen, and addresses. */
export const staged = signal<readonly StagedFile[]>([]);

let keys = 0;

/** Adds files. */
export function stage(files: Iterable<File>): void {
  add([...files].map((file) => ({ name: file.name, source: { file } })));
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
    refusal: undefined,
    isSending: false,
  }));
  staged.value = [...staged.value, ...added];
}

/** Adds a file that becomes the same as another one; its options are chosen for all if no other file waits. */
export function stageFor(file: File, outputs: readonly Wanted[]): void {
  const [first, ...others] = outputs;
  if (first && staged.value.length === 0) {
    want(first);
    further.value = others;
  }
  stage([file]);
  const added = staged.value.at(-1);
  if (added && first) setFormat(added.key, first.format);
}

/** Brings a file back that the service did not take, with the reason. */
export function restage(each: StagedFile, refusal: ServiceSentence): void {
  const back = { ...each, refusal, isSending: false };
  const isThere = staged.value.some(({ key }) => key === each.key);
  if (isThere) change(each.key, back);
  else staged.value = [...staged.value, back];
}

/** Notes that an address is on its way to the service. */
export function markSending(key: number): void {
  change(key, { isSending: true, refusal: undefined });
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

/** Most bytes of a name in UTF-8 that the service takes. */
const NAME_BYTES = 200;

/** Sentence about a file that the service would refuse. */
export function problemOf({ source }: StagedFile): string | undefined {
  if ('url' in source) return undefined;
  if (new TextEncoder().encode(source.file.name).length > NAME_BYTES)
    return t('staged.nameTooLong', { count: NAME_BYTES });
  const most = formats.value?.limits.uploadBytes ?? Number.POSITIVE_INFINITY;
  if (source.file.size === 0) return t('staged.empty');
  return source.file.size > most ? t('staged.tooLarge', { size: size(most) }) : undefined;
}

/** The requested output of a file: options are for the format that was chosen for all, edits for any that has them. */
export function wantedOf({ format, edits }: StagedFile): Wanted {
  const chosen = isOwn(format) ? { format, options: {} } : wanted.value;
  return withEdits(chosen, edits);
}

/** All requested outputs of a file: its own, and the further ones of all files. */
export function outputsOf(each: StagedFile): readonly Wanted[] {
  return [wantedOf(each), ...further.value.map((output) => withEdits(output, each.edits))];
}

function withEdits({ format, options }: Wanted, edits: Options): Wanted {
  return inFormat({ format, options: { ...options, ...edits } }, format);
}
