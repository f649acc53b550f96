import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { TonemillError } from '../../client/index.ts';
import { resultPath, save } from '../download.ts';
import { findTask, taskOf } from '../known-tasks.ts';
import { t } from '../messages.ts';
import { complain, reasonOf } from '../notices.ts';
import { requestedOf } from '../outputs.ts';
import { go } from '../place.ts';
import { moment } from '../quantities.ts';
import type { Task } from '../task.ts';
import type { Wanted } from '../wanted.ts';
import { Addresses } from './addresses.tsx';
import { AgainForm } from './again-form.tsx';
import { CopyLink } from './copy-link.tsx';
import { Dialog } from './dialog.tsx';
import { Expiry } from './expiry.tsx';
import { Failure } from './failure.tsx';
import { Icon } from './icon.tsx';
import { Listening } from './listening.tsx';
import { Notes } from './notes.tsx';
import { Properties } from './properties.tsx';
import { ReceiptTools } from './receipt-tools.tsx';
import { ResultList } from './result-list.tsx';
import { Tags } from './tags.tsx';
import { removeTask } from './task-row.tsx';

/** Everything about one task. */
export function TaskDialog({ id }: { id: number }) {
  const problem = useSignal('');
  const isFound = useSignal(taskOf(id) !== undefined);
  useEffect(() => {
    findTask(id).then(
      () => {
        isFound.value = true;
      },
      (error: unknown) => {
        const isGone = error instanceof TonemillError && error.code === 'not_found';
        problem.value = isGone ? t('task.gone') : reasonOf(error).text;
      },
    );
  }, [id, isFound, problem]);
  const task = isFound.value ? taskOf(id)?.value : undefined;
  return (
    <Dialog title={task?.name ?? t('task.title')} kind="side" onClose={() => go('')}>
      {problem.value !== '' && <p class="empty">{problem.value}</p>}
      {task && <Content task={task} />}
    </Dialog>
  );
}

function Content({ task }: { task: Task }) {
  const { state, timestamp, media } = task;
  const [first = { format: task.convertedExt, options: task.options }] = requestedOf(task);
  const next = useSignal<Wanted>(first);
  const isThere = media !== null && state !== 'AWAITING_UPLOAD' && state !== 'EXPIRED';
  return (
    <>
      <p class="hint">
        {t(`tasks.state.${state}`)} · {moment(timestamp)}
      </p>
      <div class="buttons">
        {state === 'PROCESSED' && (
          <button type="button" class="main" onClick={() => save(resultPath(task)).catch(complain)}>
            <Icon name="download" />
            {t('task.download')} {task.convertedExt.toUpperCase()}
          </button>
        )}
        {state === 'PROCESSED' && <CopyLink task={task} />}
        <button
          type="button"
          class="quiet"
          onClick={() => {
            removeTask(task);
            go('');
          }}
        >
          <Icon name="delete" />
          {t('task.delete')}
        </button>
      </div>
      <Expiry task={task} />
      {task.error && <Failure task={task} />}
      {task.resultCount > 1 && <ResultList task={task} />}
      {task.resultCount === 1 && task.result?.receipt && (
        <section>
          <h3>{t('receipt.title')}</h3>
          <ReceiptTools name={resultName(task)} receipt={task.result.receipt} />
        </section>
      )}
      <Notes task={task} />
      {isThere && <Listening task={task} next={next} />}
      <Addresses task={task} />
      <Properties task={task} />
      <Tags task={task} />
      {isThere && <AgainForm task={task} next={next} />}
    </>
  );
}

/** File name of a result, by which its receipt is saved. */
function resultName({ name, convertedExt }: Task): string {
  return `${name.replace(/\.[^.]*$/, '')}.${convertedExt}`;
}
