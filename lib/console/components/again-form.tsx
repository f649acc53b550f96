import { type Signal, useSignal } from '@preact/signals';
import { againOutputs } from '../again-outputs.ts';
import { type CoverChange, changeCover, coverOf } from '../cover.ts';
import { EDITED, type PresentCover } from '../edited-output.ts';
import { standing } from '../jump.ts';
import { t } from '../messages.ts';
import { complain, tell } from '../notices.ts';
import { formatsText, requestedOf } from '../outputs.ts';
import type { Task } from '../task.ts';
import { convertAgain } from '../task-changes.ts';
import type { Wanted } from '../wanted.ts';
import { FurtherOutputs } from './further-outputs.tsx';
import { PlannedResults } from './planned-results.tsx';
import { TagEditor } from './tag-editor.tsx';
import { WantedForm } from './wanted-form.tsx';

interface AgainFormProps {
  task: Task;
  /** The output that the next conversion gets. */
  next: Signal<Wanted>;
}

/** Where failures lead that other options may mend. */
export const AGAIN_ID = 'again';

/** Requests another format or other options of the same original. */
export function AgainForm({ task, next }: AgainFormProps) {
  const cover = useSignal<CoverChange>(undefined);
  const more = useSignal<readonly Wanted[]>(requestedOf(task).slice(1));
  const outputs = againOutputs(task, next.value, more.value);
  const convert = async () => {
    await changeCover(task, cover.value);
    cover.value = undefined;
    await convertAgain(task.id, outputs);
    tell(t('task.again.started', { name: task.name, format: formatsText(outputs) }));
  };
  return (
    <section id={AGAIN_ID}>
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
        <FurtherOutputs
          first={next.value}
          value={more.value}
          without={EDITED}
          onChange={(changed) => {
            more.value = changed;
          }}
        />
        <PlannedResults
          requests={
            task.state === 'PROCESSED'
              ? outputs.map((output) => ({ original: { taskId: task.id }, output }))
              : []
          }
          wanted={outputs.length}
          of={JSON.stringify([task.id, task.state, outputs])}
        />
        {task.media && (
          <TagEditor
            media={task.media}
            options={next.value.options}
            onChange={(options) => {
              next.value = { ...next.value, options };
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
