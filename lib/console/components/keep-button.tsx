import { useSignal } from '@preact/signals';
import { t } from '../messages.ts';
import { complain } from '../notices.ts';
import { keepLonger } from '../retention.ts';
import type { Task } from '../task.ts';
import { Icon } from './icon.tsx';

/** Keeps the files of a task longer. @param isSmall a picture with a name for screen readers, in place of words */
export function KeepButton({ task: { id, name }, isSmall = false }: { task: Task; isSmall?: boolean }) {
  const isBusy = useSignal(false);
  const keep = () => {
    isBusy.value = true;
    keepLonger(id)
      .catch(complain)
      .finally(() => {
        isBusy.value = false;
      });
  };
  return (
    <button
      type="button"
      class={isSmall ? 'quiet square' : 'link'}
      aria-label={isSmall ? t('task.keep.of', { name }) : undefined}
      title={isSmall ? t('task.keep') : undefined}
      disabled={isBusy.value}
      onClick={keep}
    >
      {isSmall ? <Icon name="time" /> : t('task.keep')}
    </button>
  );
}
