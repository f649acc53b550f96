import { type Signal, useSignal } from '@preact/signals';
import { type CoverChange, changeCover } from '../cover.ts';
import { t } from '../messages.ts';
import { complain, tell } from '../notices.ts';
import type { Task } from '../task.ts';
import { convertAgain } from '../tasks.ts';
import type { Wanted } from '../wanted.ts';
import { TagEditor } from './tag-editor.tsx';
import { WantedForm } from './wanted-form.tsx';

interface AgainFormProps {
  task: Task;
  /** The output that the next conversion gets. */
  next: Signal<Wanted>;
}

/** Options that have an editor of their own here. */
const EDITED = ['metadata', 'coverArt', 'chapters'];

/** Requests another format or other options of the same original. */
export function AgainForm({ task, next }: AgainFormProps) {
  const cover = useSignal<CoverChange>(undefined);
  const convert = async () => {
    const { format, options } = next.value;
    await changeCover(task, cover.value);
    cover.value = undefined;
    await convertAgain(task.id, format, options);
    tell(t('task.again.started', { name: task.name, format: format.toUpperCase() }));
  };
  return (
    <section>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          convert().catch(complain);
        }}
      >
        <WantedForm
          title={t('task.again')}
          value={next.value}
          without={EDITED}
          onChange={(changed) => {
            next.value = changed;
          }}
        />
        <TagEditor task={task} next={next} cover={cover} />
        <div class="buttons end">
          <button type="submit" class="main">
            {t('task.again')}
          </button>
        </div>
      </form>
    </section>
  );
}
