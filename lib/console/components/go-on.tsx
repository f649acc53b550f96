import { useRef } from 'preact/hooks';
import { keptUpload } from '../kept-uploads.ts';
import { t } from '../messages.ts';
import { complain, tell } from '../notices.ts';
import type { Task } from '../task.ts';
import { goOn } from '../transfers.ts';

/** Lets somebody choose a file again whose upload broke off; nothing for uploads of other browsers and programs. */
export function GoOn({ task }: { task: Task }) {
  const input = useRef<HTMLInputElement>(null);
  if (!keptUpload(task.id)) return null;
  const attempt = async (file: File) => {
    if (!(await goOn(task, file))) tell(t('task.goOn.other', { name: task.name }));
  };
  return (
    <div class="row-state">
      <input
        ref={input}
        type="file"
        class="unseen"
        tabIndex={-1}
        aria-label={t('task.goOn.of', { name: task.name })}
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          currentTarget.value = '';
          if (file) attempt(file).catch(complain);
        }}
      />
      <button type="button" class="wide" onClick={() => input.current?.click()}>
        {t('task.goOn')}
      </button>
    </div>
  );
}
