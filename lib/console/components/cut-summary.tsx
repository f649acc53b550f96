import type { Signal } from '@preact/signals';
import { againOutputs } from '../again-outputs.ts';
import { t } from '../messages.ts';
import { complain, tell } from '../notices.ts';
import { formatsText } from '../outputs.ts';
import { clock } from '../quantities.ts';
import type { Task } from '../task.ts';
import { convertAgain } from '../task-changes.ts';
import { trimOf, withTrim } from '../trim.ts';
import type { Wanted } from '../wanted.ts';

interface CutSummaryProps {
  task: Task;
  next: Signal<Wanted>;
  /** Seconds of the original. */
  total: number;
}

/** The drawn trim in words, with buttons that convert it or take it back. */
export function CutSummary({ task, next, total }: CutSummaryProps) {
  const { options } = next.value;
  const { start, end, fadeIn, fadeOut } = trimOf(options, total);
  const isWhole = start === 0 && end === total && fadeIn === 0 && fadeOut === 0;
  if (isWhole) return <p class="hint">{t('trim.hint')}</p>;
  const fades = [
    ...(fadeIn > 0 ? [t('trim.fadesIn', { duration: clock(fadeIn, 1) })] : []),
    ...(fadeOut > 0 ? [t('trim.fadesOut', { duration: clock(fadeOut, 1) })] : []),
  ];
  const part = t('trim.part', {
    start: clock(start, 1),
    end: clock(end, 1),
    duration: clock(end - start, 1),
  });
  const convert = async () => {
    const outputs = againOutputs(task, next.value);
    await convertAgain(task.id, outputs);
    tell(t('task.again.started', { name: task.name, format: formatsText(outputs) }));
  };
  return (
    <div class="cut">
      <p>{[part, ...fades].join(' ')}</p>
      <div class="buttons">
        <button type="button" onClick={() => convert().catch(complain)}>
          {t('trim.convert')}
        </button>
        <button
          type="button"
          class="quiet"
          onClick={() => {
            const whole = { start: 0, end: total, fadeIn: 0, fadeOut: 0 };
            next.value = { ...next.value, options: withTrim(options, whole, total) };
          }}
        >
          {t('trim.reset')}
        </button>
      </div>
    </div>
  );
}
