import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useId } from 'preact/hooks';
import { t } from '../messages.ts';
import { complain } from '../notices.ts';
import { service } from '../service.ts';
import { durationOf, offsetOf, type Part, type Task } from '../task.ts';
import { leaving } from '../task-changes.ts';
import type { View } from '../view.ts';
import { waveformPath } from '../waveform-shape.ts';

/** Most pixels of a waveform. */
const PIXELS = 1000;

/** Milliseconds without another change of the view before the waveform of the part is asked for. */
const CALM = 150;

interface LaneProps {
  task: Task;
  part: Part;
  view: View;
  /** Seconds of the original. */
  position: number;
  isHeard: boolean;
  /** Shapes above the waveform, in seconds and hundredths of its height. */
  children?: ComponentChildren;
}

/** The waveform of one file in the part that is in sight. */
export function Lane({ task, part, view, position, isHeard, children }: LaneProps) {
  const clip = useId();
  const path = useSignal('');
  const { start, end } = view;
  const isLeaving = part === 'result' && leaving.value.has(task.id);
  useEffect(() => {
    if (isLeaving) return;
    const stop = new AbortController();
    const delay = path.peek() === '' ? 0 : CALM;
    const timer = setTimeout(() => {
      pathOf(task, part, { start, end }, stop.signal).then(
        (found) => {
          if (!stop.signal.aborted) path.value = found;
        },
        (error: unknown) => {
          if (!stop.signal.aborted) complain(error);
        },
      );
    }, delay);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [task.id, part, start, end, path, isLeaving]);
  return (
    <div class={isHeard ? 'lane heard' : 'lane'}>
      <svg viewBox={`${start} 0 ${end - start || 1} 100`} preserveAspectRatio="none" aria-hidden="true">
        <clipPath id={clip}>
          <rect x={start} width={Math.max(0, position - start)} height="100" />
        </clipPath>
        <path d={path.value} />
        <path class="played" d={path.value} clip-path={`url(#${clip})`} />
        {children}
      </svg>
      <span class="lane-name">{t(`detail.${part}`)}</span>
    </div>
  );
}

async function pathOf(task: Task, part: Part, { start, end }: View, signal: AbortSignal): Promise<string> {
  const [offset, duration] = [offsetOf(task, part), durationOf(task, part)];
  const [from, to] = [Math.max(0, start - offset), Math.min(duration, end - offset)];
  if (to <= from) return '';
  const isWhole = from === 0 && to >= duration;
  const window = isWhole ? {} : { start: milliseconds(from), end: milliseconds(to) };
  const params = { path: { id: task.id }, query: { of: part, width: PIXELS, ...window } };
  const { data, error } = await service.api.GET('/api/tasks/{id}/waveform', { params, signal });
  if (error) throw new Error(error.detail);
  return typeof data === 'object' ? waveformPath(data, offset + from) : '';
}

function milliseconds(seconds: number): number {
  return Number(seconds.toFixed(3));
}
