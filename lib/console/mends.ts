import { WAYS, type Ways } from './failure-ways.ts';
import { formatOf } from './formats.ts';
import type { MessageKey } from './messages/en.ts';
import { t } from './messages.ts';
import type { Options } from './options.ts';
import { requestedOf } from './outputs.ts';
import { size } from './quantities.ts';
import type { Task } from './task.ts';
import { inFormat, type Wanted } from './wanted.ts';

/** A button that mends a failure or a warning by other outputs. */
export interface Mend {
  label: string;
  outputs: readonly Wanted[];
}

/** Options that mend a warning of a result, by its code. */
const OF_WARNINGS: ReadonlyMap<string, { label: MessageKey; options: Options }> = new Map([
  ['clipped', { label: 'mend.clipped', options: { clip: 'limit' } }],
  ['between_packets', { label: 'mend.between_packets', options: { audio: 'encode' } }],
]);

/** Seconds of the longest ringtone that an iPhone takes. */
const RINGTONE = 40;

/** Most sound tracks that get a button. */
const MOST_TRACKS = 8;

/** Formats that store every sample as it is. */
const UNCOMPRESSED: ReadonlySet<string> = new Set(['wav', 'w64', 'aiff', 'caf', 'au']);

/** The smallest limit of a size that is possible, in the sentence of the service. */
const LEAST_BYTES = /need fit\.maxBytes of at least (\d{1,15}) /;

/** The ways out of the failure of a task. */
export function waysOf({ error }: Task): Ways {
  return (error && Object.hasOwn(WAYS, error.code) && WAYS[error.code]) || {};
}

/** Buttons that convert a task again so that its failure does not come again. */
export function mendsOf(task: Task): Mend[] {
  const { change, again, smaller, tracks } = waysOf(task);
  const outputs = requestedOf(task);
  return [
    ...(again ? [{ label: t('mend.again'), outputs }] : []),
    ...(change ? changed(task, t(change.label), change.options) : []),
    ...(smaller ? smallerOnes(task) : []),
    ...(tracks ? otherTracks(task) : []),
  ];
}

/** A button that makes a result without a warning or an adaptation of this code, if there is one. */
export function mendOfNote(task: Task, code: string | undefined): Mend | undefined {
  if (code === 'ringtone_too_long') {
    const end = (task.options.start ?? 0) + RINGTONE;
    return changed(task, t('mend.ringtone_too_long', { seconds: RINGTONE }), { end })[0];
  }
  const known = OF_WARNINGS.get(code ?? '');
  return known && changed(task, t(known.label), known.options)[0];
}

/** One button for changed options of all outputs; none where it would request the same once more. */
function changed(task: Task, label: string, options: Options): Mend[] {
  const before = requestedOf(task);
  const outputs = before.map((output) =>
    inFormat({ ...output, options: { ...output.options, ...options } }, output.format),
  );
  return JSON.stringify(outputs) === JSON.stringify(before) ? [] : [{ label, outputs }];
}

function otherTracks(task: Task): Mend[] {
  const tracks = task.media?.tracks ?? [];
  if (tracks.length < 2) return [];
  return tracks.slice(0, MOST_TRACKS).flatMap(({ number, language, title }) => {
    const about = [title, language].filter(Boolean).join(', ');
    const label = about === '' ? t('mend.track', { number }) : t('mend.track.named', { number, about });
    return changed(task, label, { track: number });
  });
}

/** A larger limit where one was chosen, and formats that are smaller. */
function smallerOnes(task: Task): Mend[] {
  const before = requestedOf(task);
  const least = Number(LEAST_BYTES.exec(task.error?.message ?? '')?.[1] ?? 0);
  const larger = before.map((output) => (output.options.fit === undefined ? output : within(output, least)));
  const isRaw = before.some(({ format }) => UNCOMPRESSED.has(format));
  return [
    ...(least > 0 ? [{ label: t('mend.larger', { size: size(least) }), outputs: larger }] : []),
    ...(isRaw ? inSmaller(before, 'flac', UNCOMPRESSED) : []),
    ...inSmaller(before, 'opus', new Set(before.map(({ format }) => format))),
  ];
}

/** A button that brings outputs of some formats into a smaller one. */
function inSmaller(before: readonly Wanted[], format: string, from: ReadonlySet<string>): Mend[] {
  const outputs = before.map((output) => (from.has(output.format) ? inFormat(output, format) : output));
  const isOther = outputs.some((output, index) => output.format !== before[index]?.format);
  if (!formatOf(format) || !isOther) return [];
  return [{ label: t('mend.format', { format: format.toUpperCase() }), outputs }];
}

/** The output with a limit of at least as many bytes. */
function within(output: Wanted, least: number): Wanted {
  const { fit } = output.options;
  const kind = typeof fit === 'object' && fit !== null ? fit : {};
  const present = 'maxBytes' in kind ? Number(kind.maxBytes) : 0;
  return { ...output, options: { ...output.options, fit: { ...kind, maxBytes: Math.max(least, present) } } };
}
