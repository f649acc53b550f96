import { type Signal, useSignal } from '@preact/signals';
import { type CoverChange, changeCover, coverOf } from '../cover.ts';
import { EDITED, type PresentCover } from '../edited-output.ts';
import { standing } from '../jump.ts';
import { t } from '../messages.ts';
import { complain, tell } from '../notices.ts';
import type { Task } from '../task.ts';
import { convertAgain } from '../task-changes.ts';
import type { Wanted } from '../wanted.ts';
import { PlannedResult } from './planned-result.tsx';
import { TagEditor } from './tag-editor.tsx';
import { WantedForm } from './wanted-form.tsx';

interface AgainFormProps {
  task: Task;
  /** The output that the next conversion gets. */
  next: Signal<Wanted>;
}

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
        <PlannedResult
          original={task.state === 'PROCESSED' ? { taskId: task.id } : undefined}
          of={task.id}
          wanted={next.value}
        />
        {task.media && (
          <TagEditor
            media={task.media}
            options={next.value.options}
            onChange={(options) => {
              next.value = { format: next.value.format, options };
            }}
            cover={cover.value}
            onCover={(changed) => {
              cover.value = changed;
            }}
            present={presentCover(task, cover.value)}
            hasSent={task.cover !== null}
            position={standing.value}
          />
        )}
        <div class="buttons end">
          <button type="submit" class="main">
            {t('task.again')}
          </button>
        </div>
      </form>
    </section>
  );
}

/** The picture that is shown before a change: one that was sent, or the original's. */
function presentCover(task: Task, change: CoverChange): PresentCover | undefined {
  const { media, result, revision } = task;
  const isSent = task.cover !== null && change !== 'original' && result?.media.coverArt === true;
  if (!isSent && media?.coverArt !== true) return undefined;
  const part = isSent ? 'result' : 'original';
  return { key: `${part} ${revision}`, isOriginal: !isSent, load: () => coverOf(task, part) };
}
