import { t } from '../messages.ts';
import { day } from '../quantities.ts';
import { canBeKept } from '../retention.ts';
import type { Task } from '../task.ts';
import { KeepButton } from './keep-button.tsx';

/** The day on which the files of a task are removed, and the way to keep them longer. */
export function Expiry({ task }: { task: Task }) {
  const { expiresAt, state } = task;
  if (expiresAt === null || state === 'EXPIRED') return null;
  return (
    <p class="hint">
      {t('task.expires', { day: day(expiresAt) })}{' '}
      {canBeKept(task) ? <KeepButton task={task} /> : t('task.keep.limit')}
    </p>
  );
}
