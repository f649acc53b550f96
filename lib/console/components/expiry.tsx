import { useSignal } from '@preact/signals';
import { t } from '../messages.ts';
import { complain, tell } from '../notices.ts';
import { day } from '../quantities.ts';
import type { Task } from '../task.ts';
import { keepLonger } from '../task-changes.ts';

/** The day on which the files of a task are removed, and the way to keep them longer. */
export function Expiry({ task: { id, expiresAt, state } }: { task: Task }) {
  const isBusy = useSignal(false);
  if (expiresAt === null || state === 'EXPIRED') return null;
  const keep = async () => {
    isBusy.value = true;
    try {
      const until = await keepLonger(id);
      tell(until === undefined ? t('task.keep.limit') : t('task.kept', { day: day(until) }));
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <p class="hint">
      {t('task.expires', { day: day(expiresAt) })}{' '}
      <button type="button" class="quiet" disabled={isBusy.value} onClick={() => keep().catch(complain)}>
        {t('task.keep')}
      </button>
    </p>
  );
}
