import { useSignal } from '@preact/signals';
import { t } from '../messages.ts';
import { complain, tell } from '../notices.ts';
import type { Task } from '../task.ts';
import { convertAgain } from '../task-changes.ts';
import { Icon } from './icon.tsx';
import { FormatOptions } from './wanted-form.tsx';

/** Requests another format of the same original, with the options of the service. */
export function AgainChoice({ task: { id, name } }: { task: Task }) {
  // Each row has such a list, so that its options are made only when somebody comes near.
  const isNear = useSignal(false);
  const come = () => {
    isNear.value = true;
  };
  return (
    <label class="again" title={t('task.again.to')} onPointerEnter={come}>
      <Icon name="again" />
      <select
        aria-label={t('task.again.of', { name })}
        value=""
        onFocus={come}
        onChange={({ currentTarget }) => {
          const format = currentTarget.value;
          currentTarget.value = '';
          const told = () => tell(t('task.again.started', { name, format: format.toUpperCase() }));
          convertAgain(id, [{ format, options: {} }]).then(told, complain);
        }}
      >
        <option value="" disabled>
          {t('task.again.to')}
        </option>
        {isNear.value && <FormatOptions />}
      </select>
    </label>
  );
}
