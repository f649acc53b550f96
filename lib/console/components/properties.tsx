import { useSignal } from '@preact/signals';
import { isUnmeasured, loudnessOf, measure } from '../levels.ts';
import type { MessageKey } from '../messages/en.ts';
import { t } from '../messages.ts';
import { complain } from '../notices.ts';
import { bitrate, clock, hertz, number, size } from '../quantities.ts';
import type { Media, Part, Task } from '../task.ts';
import { channels } from './option-field.tsx';

type Row = readonly [key: MessageKey, textOf: (media: Media, part: Part, task: Task) => string | undefined];

/** Properties that the table compares, with their texts; undefined where a file has none. */
const ROWS: readonly Row[] = [
  ['detail.size', ({ size: bytes }, part, { result }) => bytesText(part === 'result' ? result?.size : bytes)],
  ['detail.container', ({ container }) => container],
  ['detail.codec', ({ codec }) => codec],
  ['detail.duration', ({ duration }) => (duration === null ? undefined : clock(duration, 1))],
  ['detail.sampleRate', ({ sampleRate }) => hertz(sampleRate)],
  ['detail.channels', (media) => layout(media)],
  ['detail.bitDepth', ({ bitDepth }) => (bitDepth === null ? undefined : `${bitDepth} bit`)],
  ['detail.bitrate', (media) => (media.bitrate === null ? undefined : bitrate(media.bitrate))],
  ['detail.loudness', (_media, part, task) => level(loudnessOf(task, part)?.integrated, 'LUFS')],
  ['detail.truePeak', (_media, part, task) => level(loudnessOf(task, part)?.truePeak, 'dBTP')],
  ['detail.loudnessRange', (_media, part, task) => level(loudnessOf(task, part)?.range, 'LU')],
  ['detail.pictures', ({ pictures }) => (pictures?.length ? pictures.map(picture).join(', ') : undefined)],
  ['detail.chapters', ({ chapters }) => (chapters.length > 0 ? number(chapters.length) : undefined)],
  ['detail.chunks', ({ chunks }) => (chunks.length > 0 ? chunks.join(', ') : undefined)],
  ['detail.tracks', ({ tracks }) => (tracks.length > 1 ? tracks.map(track).join(', ') : undefined)],
];

/** Original and result side by side; the result's cell is marked where it differs. */
export function Properties({ task }: { task: Task }) {
  const { media, result } = task;
  if (!media) return null;
  const rows = ROWS.map(([key, textOf]) => ({
    key,
    from: textOf(media, 'original', task),
    to: result ? textOf(result.media, 'result', task) : undefined,
  }));
  const shown = rows.filter(({ from, to }) => from !== undefined || to !== undefined);
  return (
    <section>
      <h3>{t('detail.properties')}</h3>
      <table>
        <thead>
          <tr>
            <td />
            <th scope="col">{t('detail.original')}</th>
            {result && <th scope="col">{t('detail.result')}</th>}
          </tr>
        </thead>
        <tbody>
          {shown.map(({ key, from, to }) => (
            <tr key={key}>
              <th scope="row">{t(key)}</th>
              <Value text={from} />
              {result && <Compared from={from} to={to} />}
            </tr>
          ))}
        </tbody>
      </table>
      <MeasureButton task={task} />
    </section>
  );
}

/** Measures the loudness on request, since this decodes the files. */
function MeasureButton({ task }: { task: Task }) {
  const isBusy = useSignal(false);
  if (!isUnmeasured(task)) return null;
  const run = async () => {
    isBusy.value = true;
    await measure(task).finally(() => {
      isBusy.value = false;
    });
  };
  return (
    <div class="buttons">
      <button type="button" class="quiet" disabled={isBusy.value} onClick={() => run().catch(complain)}>
        {isBusy.value ? t('listen.measuring') : t('detail.measure')}
      </button>
    </div>
  );
}

function Value({ text }: { text: string | undefined }) {
  return text === undefined ? <td class="hint">–</td> : <td>{text}</td>;
}

/** A value of the result; a sign tells that it changed. */
export function Compared({ from, to }: { from: string | undefined; to: string | undefined }) {
  if (from === to) return <Value text={to} />;
  return (
    <td class="changed">
      {to ?? '–'} <span class="unseen">{t('detail.changed')}</span>
    </td>
  );
}

function bytesText(bytes: number | undefined): string | undefined {
  return bytes === undefined ? undefined : size(bytes);
}

function level(value: number | undefined, unit: string): string | undefined {
  return value === undefined ? undefined : `${number(value, 1)} ${unit}`;
}

/** The number of channels in words, with the layout where it says more. */
function layout({ channels: count, channelLayout }: Media): string {
  const words = channels(count);
  const isTold = channelLayout === null || ['mono', 'stereo', words].includes(channelLayout);
  return isTold ? words : `${words} (${channelLayout})`;
}

type Pictures = NonNullable<Media['pictures']>;

function picture({ mimeType, width, height }: Pictures[number]): string {
  const kind = mimeType?.replace('image/', '').toUpperCase() ?? '?';
  return width === null || height === null ? kind : `${kind} ${width} × ${height}`;
}

function track({ codec, language }: Media['tracks'][number]): string {
  return language === null ? codec : `${codec} (${language})`;
}
