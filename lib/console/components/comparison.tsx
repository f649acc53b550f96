import { type Signal, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { addressOf } from '../download.ts';
import { jump, standing } from '../jump.ts';
import { t } from '../messages.ts';
import { complain } from '../notices.ts';
import { createPlayer, type Player } from '../player.ts';
import { durationOf, offsetOf, type Part, partsOf, type Task } from '../task.ts';
import type { Wanted } from '../wanted.ts';
import { Timeline } from './timeline.tsx';

export interface ComparisonProps {
  task: Task;
  next: Signal<Wanted>;
  /** Seconds from which to play as soon as it is possible; undefined: not by itself. */
  playsFrom: Signal<number | undefined>;
}

/** Milliseconds after which an address may be too old, so that an error asks for another one. */
const FRESH = 60_000;

/** Original and result with one playhead. */
export function Comparison({ task, next, playsFrom }: ComparisonProps) {
  const elements = useRef<Partial<Record<Part, HTMLAudioElement>>>({});
  const player = useSignal<Player | undefined>(undefined);
  const failed = useSignal<readonly Part[]>([]);
  const loadedAt = useRef(0);
  const parts = partsOf(task);
  const { id } = task;

  const load = async (part: Part) => {
    const address = await addressOf(`/api/tasks/${id}/${part}`);
    const element = elements.current[part];
    if (element) element.src = address;
  };
  const loadAll = async () => {
    loadedAt.current = performance.now();
    await Promise.all(parts.map(load));
  };
  const playFrom = async (seconds: number) => {
    player.value?.seek(seconds);
    await player.value?.play();
  };

  useEffect(() => {
    const voices = Object.entries(elements.current).map(([part, element]) => {
      const which: Part = part === 'original' ? 'original' : 'result';
      return [which, { element, offset: offsetOf(task, which), duration: durationOf(task, which) }];
    });
    const made = createPlayer(Object.fromEntries(voices), task.result ? 'result' : 'original');
    player.value = made;
    const first = playsFrom.peek();
    playsFrom.value = undefined;
    loadAll()
      .then(() => (first === undefined ? undefined : playFrom(first)))
      .catch(ifWanted(complain));
    return made.close;
  }, []);

  useSignalEffect(() => {
    const { value } = jump;
    if (value?.taskId !== id || !player.value) return;
    jump.value = undefined;
    playFrom(value.seconds).catch(ifWanted(complain));
  });
  useSignalEffect(() => {
    standing.value = player.value?.position.value ?? 0;
  });

  /** An address is valid for some minutes; a file that the browser cannot play fails again. */
  const onError = (part: Part) => {
    const { value } = player;
    if (performance.now() - loadedAt.current < FRESH) {
      failed.value = [...failed.value, part];
      const other = parts.find((each) => !failed.value.includes(each));
      if (other) value?.hear(other);
      return;
    }
    const [position, wasPlaying] = [value?.position.peek() ?? 0, value?.isPlaying.peek()];
    loadAll()
      .then(() => (wasPlaying ? playFrom(position) : value?.seek(position)))
      .catch(ifWanted(complain));
  };

  return (
    <div class="listening">
      {parts.map((part) => (
        // biome-ignore lint/a11y/useMediaCaption: the sound files of users have no captions
        <audio
          key={part}
          ref={(element) => {
            if (element) elements.current[part] = element;
          }}
          preload="auto"
          onError={() => onError(part)}
        />
      ))}
      {player.value && <Timeline task={task} next={next} player={player.value} failed={failed.value} />}
      {failed.value.map((part) => (
        <p key={part} class="hint">
          {t('detail.listen.failed', { part: t(`detail.${part}`) })}
        </p>
      ))}
    </div>
  );
}

/** Passes on errors but for a play that a pause or a closed view has ended, and for a file that tells its own error. */
function ifWanted(tell: (error: unknown) => void): (error: unknown) => void {
  return (error) => {
    const isUsual = error instanceof DOMException && ['AbortError', 'NotSupportedError'].includes(error.name);
    if (!isUsual) tell(error);
  };
}
