import type { MessageKey } from '../messages/en.ts';
import { t } from '../messages.ts';
import { complain, tell } from '../notices.ts';
import type { Options } from '../options.ts';
import { translated } from '../service-sentences.ts';
import type { Task } from '../task.ts';
import { convertAgain } from '../task-changes.ts';
import { ServiceDetails } from './service-details.tsx';
import { failureOf } from './task-row.tsx';

/** A button that mends a failure: its text, and the options that it changes. */
interface Mend {
  label: string;
  options: Options;
}

/** Options that mend a failure, by its code. */
const MENDS: ReadonlyMap<string, { label: MessageKey; options: Options }> = new Map([
  ['already_lossy', { label: 'mend.already_lossy', options: { whenLossy: 'encode' } }],
  ['cannot_copy', { label: 'mend.cannot_copy', options: { audio: 'encode' } }],
  ['damaged', { label: 'mend.damaged', options: { onDamage: 'deliver' } }],
  ['nothing_left', { label: 'mend.nothing_left', options: { start: undefined, end: undefined } }],
  ['no_such_track', { label: 'mend.no_such_track', options: { track: undefined } }],
]);

/** Failures that may not come again with the same output. */
const PASSING: ReadonlySet<string> = new Set(['gave_up', 'timed_out', 'stalled', 'resource_limit']);

/** Failures of one sound track of several. */
const OF_TRACK: ReadonlySet<string> = new Set(['no_such_track', 'unsupported_codec', 'damaged']);

/** Most sound tracks that get a button. */
const MOST_TRACKS = 8;

/** The reason for which a task failed and, where there are some, buttons that mend it. */
export function Failure({ task }: { task: Task }) {
  const { id, name, error, convertedExt, options } = task;
  const mend = (changed: Options) => {
    const told = () => tell(t('task.again.started', { name, format: convertedExt.toUpperCase() }));
    convertAgain(id, convertedExt, { ...options, ...changed }).then(told, complain);
  };
  return (
    <div class="note error">
      <p>{failureOf(error?.code)}</p>
      {error && <Details code={error.code} message={error.message} />}
      <div class="buttons">
        {mendsOf(task).map(({ label, options: changed }, index) => (
          <button key={label} type="button" class={index === 0 ? 'main' : ''} onClick={() => mend(changed)}>
            {label}
          </button>
        ))}
      </div>
    </div>
  );
}

/** The sentence of the service, which has details, but none for a file of an unknown kind. */
function Details({ code, message }: { code: string; message: string }) {
  if (code === 'not_audio') return null;
  const text = translated(message);
  return text === undefined ? <ServiceDetails details={message} /> : <p class="hint">{text}</p>;
}

function mendsOf({ error, media, options }: Task): Mend[] {
  const code = error?.code ?? '';
  if (PASSING.has(code)) return [{ label: t('mend.again'), options: {} }];
  const known = MENDS.get(code);
  const first = known && changes(options, known.options) ? [{ ...known, label: t(known.label) }] : [];
  const others = OF_TRACK.has(code) && (media?.tracks.length ?? 0) > 1 ? (media?.tracks ?? []) : [];
  const tracks = others
    .filter(({ number }) => changes(options, { track: number }))
    .slice(0, MOST_TRACKS)
    .map(({ number, language: spoken, title }) => {
      const about = [title, spoken].filter(Boolean).join(', ');
      const label = about === '' ? t('mend.track', { number }) : t('mend.track.named', { number, about });
      return { label, options: { track: number } };
    });
  return [...first, ...tracks];
}

/** A button that would request the same output once more mends nothing. */
function changes(options: object, mend: Options): boolean {
  const before = new Map<string, unknown>(Object.entries(options));
  return Object.entries(mend).some(([name, value]) => value !== before.get(name));
}
