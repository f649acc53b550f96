import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../messages.ts';
import { complain } from '../notices.ts';
import type { Player } from '../player.ts';
import { clock, hertz } from '../quantities.ts';
import { service } from '../service.ts';
import { durationOf, offsetOf, type Part, type Task } from '../task.ts';
import { leaving } from '../task-changes.ts';
import { moved, placeIn, type View } from '../view.ts';

/** Seconds of the longest picture, and of the window around the playhead where more is in sight. */
const LONGEST = 60;
const AROUND = 20;

/** Milliseconds without another change before a picture is asked for. */
const CALM = 300;

interface SpectrogramProps {
  task: Task;
  player: Player;
  view: View;
  /** Seconds of the original. */
  total: number;
}

/** The frequencies of the heard file in the part that is in sight, or around the playhead; drawn on request. */
export function Spectrogram({ task, player, view, total }: SpectrogramProps) {
  const isShown = useSignal(false);
  return (
    <div class="spectrogram">
      <button
        type="button"
        aria-expanded={isShown.value}
        onClick={() => {
          isShown.value = !isShown.value;
        }}
      >
        {t('listen.spectrogram')}
      </button>
      {isShown.value && <Picture task={task} player={player} view={view} total={total} />}
    </div>
  );
}

interface Drawn {
  url: string;
  window: View;
}

function Picture({ task, player, view, total }: SpectrogramProps) {
  const drawn = useSignal<Drawn | undefined>(undefined);
  const isBusy = useSignal(true);
  const part = player.heard.value;
  const position = player.position.value;
  const around = useRef<View | undefined>(undefined);
  around.current = windowOf(view, position, around.current, total);
  const { start, end } = around.current;
  const isLeaving = part === 'result' && leaving.value.has(task.id);
  useEffect(() => {
    if (isLeaving) return;
    const stop = new AbortController();
    isBusy.value = true;
    const timer = setTimeout(
      () => {
        draw(task, part, { start, end }, stop.signal)
          .then((made) => show(drawn, made))
          .catch((error: unknown) => {
            if (!stop.signal.aborted) complain(error);
          })
          .finally(() => {
            if (!stop.signal.aborted) isBusy.value = false;
          });
      },
      drawn.peek() ? CALM : 0,
    );
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [task.id, part, start, end, drawn, isBusy, isLeaving]);
  useEffect(() => () => show(drawn, undefined), [drawn]);
  const media = part === 'original' ? task.media : task.result?.media;
  const highest = hertz((media?.sampleRate ?? 0) / 2);
  const { value } = drawn;
  const at = value && placeIn(value.window, position);
  const words = { part: t(`detail.${part}`), start: clock(start, 1), end: clock(end, 1), highest };
  return (
    <figure aria-busy={isBusy.value}>
      <div class="spectrum">
        {value && <img src={value.url} alt={t('listen.spectrogram.of', words)} />}
        {at !== undefined && at >= 0 && at <= 1 && <span class="playhead" style={{ left: `${at * 100}%` }} />}
      </div>
      <figcaption class="hint">
        {isBusy.value ? t('listen.drawing') : t('listen.spectrogram.of', words)}
      </figcaption>
    </figure>
  );
}

/** The part in sight; where it is too long, one around the playhead, which stays while the playhead is in it. */
function windowOf(view: View, position: number, before: View | undefined, total: number): View {
  if (view.end - view.start <= LONGEST) return view;
  const isKept = before && before.end - before.start < LONGEST;
  if (isKept && position >= before.start && position < before.end) return before;
  return moved({ start: 0, end: AROUND }, position - AROUND / 4, total);
}

async function draw(task: Task, part: Part, window: View, signal: AbortSignal): Promise<Drawn | undefined> {
  const [offset, duration] = [offsetOf(task, part), durationOf(task, part)];
  const [from, to] = [Math.max(0, window.start - offset), Math.min(duration, window.end - offset)];
  if (to - from < 0.05) return undefined;
  const query = {
    of: part,
    start: Number(from.toFixed(3)),
    end: Number(to.toFixed(3)),
    width: 1000,
    height: 256,
  };
  const params = { path: { id: task.id }, query };
  const answer = await service.api.GET('/api/tasks/{id}/spectrogram', { params, parseAs: 'blob', signal });
  if (answer.data === undefined) throw new Error(answer.error?.detail);
  const picture = new Blob([answer.data], { type: 'image/png' });
  return { url: URL.createObjectURL(picture), window: { start: from + offset, end: to + offset } };
}

/** Shows another picture, and gives the memory of the one before back. */
function show(drawn: { value: Drawn | undefined; peek(): Drawn | undefined }, next: Drawn | undefined): void {
  const before = drawn.peek();
  if (before) URL.revokeObjectURL(before.url);
  drawn.value = next;
}
