import { type Signal, useSignal, useSignalEffect } from '@preact/signals';
import type { FunctionComponent } from 'preact';
import { jump } from '../jump.ts';
import { t } from '../messages.ts';
import { complain } from '../notices.ts';
import type { Task } from '../task.ts';
import type { Wanted } from '../wanted.ts';
import type { ComparisonProps } from './comparison.tsx';
import { Icon } from './icon.tsx';

interface ListeningProps {
  task: Task;
  /** The output that the next conversion gets: the trim is drawn into it. */
  next: Signal<Wanted>;
}

/** Plays original and result, and shows them. The code for it and the files are loaded on request. */
export function Listening({ task, next }: ListeningProps) {
  const loaded = useSignal<{ Comparison: FunctionComponent<ComparisonProps> } | undefined>(undefined);
  const isBusy = useSignal(false);
  const playsFrom = useSignal<number | undefined>(undefined);
  const open = async (from: number | undefined) => {
    isBusy.value = true;
    try {
      const { Comparison } = await import('./comparison.tsx');
      playsFrom.value = from;
      loaded.value = { Comparison };
    } finally {
      isBusy.value = false;
    }
  };
  useSignalEffect(() => {
    const { value } = jump;
    if (value?.taskId === task.id && !loaded.peek()) open(value.seconds).catch(complain);
  });
  const Comparison = loaded.value?.Comparison;
  const start = task.options.start ?? 0;
  return (
    <section>
      <h3>{t('detail.listen')}</h3>
      {Comparison ? (
        <Comparison
          key={`${task.revision} ${task.result ? 'result' : ''}`}
          task={task}
          next={next}
          playsFrom={playsFrom}
        />
      ) : (
        <div class="buttons">
          <button
            type="button"
            disabled={isBusy.value}
            onClick={() => open(task.result ? start : 0).catch(complain)}
          >
            <Icon name="resume" />
            {t('listen.play')}
          </button>
          <button
            type="button"
            class="quiet"
            disabled={isBusy.value}
            onClick={() => open(undefined).catch(complain)}
          >
            {t('listen.show')}
          </button>
        </div>
      )}
    </section>
  );
}
