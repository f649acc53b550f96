import type { Mend } from '../mends.ts';
import { t } from '../messages.ts';
import { complain, tell } from '../notices.ts';
import { formatsText } from '../outputs.ts';
import type { Task } from '../task.ts';
import { convertAgain } from '../task-changes.ts';

interface MendButtonProps {
  task: Task;
  mend: Mend;
  isMain?: boolean;
}

/** Converts a task again, with what mends it. */
export function MendButton({ task: { id, name }, mend: { label, outputs }, isMain }: MendButtonProps) {
  const told = () => tell(t('task.again.started', { name, format: formatsText(outputs) }));
  return (
    <button
      type="button"
      class={isMain ? 'main' : ''}
      onClick={() => convertAgain(id, outputs).then(told, complain)}
    >
      {label}
    </button>
  );
}
