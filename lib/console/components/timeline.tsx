import { type Signal, useSignal, useSignalEffect } from '@preact/signals';
import { t } from '../messages.ts';
import type { Player } from '../player.ts';
import { clock } from '../quantities.ts';
import { type Part, partsOf, type Task, totalOf } from '../task.ts';
import { trimOf, withTrim } from '../trim.ts';
import { following, moved, placeIn, type View, zoomed } from '../view.ts';
import type { Wanted } from '../wanted.ts';
import { CutSummary } from './cut-summary.tsx';
import { Icon } from './icon.tsx';
import { Lane } from './lane.tsx';
import { PlayerControls } from './player-controls.tsx';
import { Spectrogram } from './spectrogram.tsx';
import { TrimHandles, TrimShapes } from './trim-handles.tsx';

interface TimelineProps {
  task: Task;
  next: Signal<Wanted>;
  player: Player;
  /** Files that this browser cannot play. */
  failed: readonly Part[];
}

/** The waveforms of both files under one playhead, with the handles of the trim. */
export function Timeline({ task, next, player, failed }: TimelineProps) {
  const total = totalOf(task);
  const view = useSignal<View>({ start: 0, end: total });
  const { position, isPlaying, heard } = player;
  const trim = trimOf(next.value.options, total);
  useSignalEffect(() => {
    const seen = following(view.peek(), position.value, total);
    if (isPlaying.value && seen !== view.peek()) view.value = seen;
  });
  const { start, end } = view.value;
  const at = placeIn(view.value, position.value);
  return (
    <>
      <ViewButtons view={view} position={position} total={total} />
      <div class="timeline">
        <div class="lanes">
          {partsOf(task).map((part) => (
            <Lane
              key={part}
              task={task}
              part={part}
              view={view.value}
              position={position.value}
              isHeard={heard.value === part}
            >
              {part === 'original' && <TrimShapes trim={trim} total={total} />}
            </Lane>
          ))}
          {at >= 0 && at <= 1 && <span class="playhead" style={{ left: `${at * 100}%` }} />}
          <input
            type="range"
            min={start}
            max={end}
            step="any"
            value={position.value}
            aria-label={t('listen.position')}
            aria-valuetext={`${clock(position.value, 1)} / ${clock(total, 1)}`}
            onInput={({ currentTarget }) => player.seek(currentTarget.valueAsNumber)}
          />
          <TrimHandles
            trim={trim}
            total={total}
            view={view.value}
            onChange={(changed) => {
              const { options } = next.value;
              next.value = { ...next.value, options: withTrim(options, changed, total) };
            }}
          />
        </div>
        <p class="times hint">
          <span>{clock(start, 1)}</span>
          <strong>
            {clock(position.value, 1)} / {clock(total, 1)}
          </strong>
          <span>{clock(end, 1)}</span>
        </p>
      </div>
      <div class="buttons player">
        <PlayerControls task={task} player={player} failed={failed} />
      </div>
      <CutSummary task={task} next={next} total={total} />
      <Spectrogram task={task} player={player} view={view.value} total={total} />
    </>
  );
}

interface ViewButtonsProps {
  view: Signal<View>;
  position: Signal<number>;
  total: number;
}

function ViewButtons({ view, position, total }: ViewButtonsProps) {
  const { start, end } = view.value;
  const isWhole = start <= 0 && end >= total;
  const zoom = (factor: number) => {
    const { value } = position;
    const around = value >= start && value <= end ? value : (start + end) / 2;
    view.value = zoomed(view.value, factor, around, total);
  };
  const move = (pages: number) => {
    view.value = moved(view.value, (end - start) * pages, total);
  };
  const buttons = [
    { icon: 'zoomIn', label: t('listen.zoomIn'), run: () => zoom(0.5), isOff: false },
    { icon: 'zoomOut', label: t('listen.zoomOut'), run: () => zoom(2), isOff: isWhole },
    { icon: 'earlier', label: t('listen.earlier'), run: () => move(-0.5), isOff: start <= 0 },
    { icon: 'later', label: t('listen.later'), run: () => move(0.5), isOff: end >= total },
  ] as const;
  return (
    <div class="buttons view">
      {buttons.map(({ icon, label, run, isOff }) => (
        <button
          key={icon}
          type="button"
          class="quiet square"
          aria-label={label}
          title={label}
          disabled={isOff}
          onClick={run}
        >
          <Icon name={icon} />
        </button>
      ))}
    </div>
  );
}
