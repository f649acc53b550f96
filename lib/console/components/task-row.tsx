import { resultPath, save, taskZipPath } from '../download.ts';
import { taskOf } from '../known-tasks.ts';
import type { MessageKey } from '../messages/en.ts';
import { counted, known, t } from '../messages.ts';
import { complain, tell } from '../notices.ts';
import { formatsText, requestedOf } from '../outputs.ts';
import { clock, percent, shortDay, size } from '../quantities.ts';
import { removeLater } from '../removals.ts';
import { canBeKept, goesSoon } from '../retention.ts';
import type { Task } from '../task.ts';
import { AgainChoice } from './again-choice.tsx';
import { GoOn } from './go-on.tsx';
import { Icon } from './icon.tsx';
import { KeepButton } from './keep-button.tsx';

interface TaskRowProps {
  id: number;
  /** From 0. */
  place: number;
  count: number;
  /** In the font size of the page. */
  top: number;
}

/** One task in the list. */
export function TaskRow({ id, place, count, top }: TaskRowProps) {
  const task = taskOf(id)?.value;
  if (!task) return null;
  const { name, state } = task;
  return (
    <li
      class={`row ${state.toLowerCase()}`}
      aria-posinset={place + 1}
      aria-setsize={count}
      style={{ transform: `translateY(${top}rem)` }}
    >
      <div class="row-text">
        <a class="file-name" href={`#tasks/${id}`} aria-label={t('task.details.of', { name })} title={name}>
          {name}
        </a>
        <span class={state === 'FAILED' ? 'hint error' : 'hint'} title={sentence(task)}>
          {sentence(task)}
        </span>
      </div>
      <State task={task} />
      <div class="row-buttons">
        {goesSoon(task) && canBeKept(task) && <KeepButton task={task} isSmall />}
        {(state === 'PROCESSED' || state === 'FAILED') && task.media && <AgainChoice task={task} />}
        <button
          type="button"
          class="quiet square"
          aria-label={t('task.delete.of', { name })}
          onClick={() => removeTask(task)}
        >
          <Icon name="delete" />
        </button>
      </div>
    </li>
  );
}

/** Deletes a task, unless it is undone. */
export function removeTask({ id, name }: Task): void {
  const undo = removeLater(id);
  const restore = () => {
    undo();
    tell(t('task.restored', { name }));
  };
  tell(t('task.deleted', { name }), { label: t('app.undo'), run: restore });
}

/** Saves the result of a task, and several results as one ZIP file. */
function saveResults(task: Task): void {
  save(task.resultCount > 1 ? taskZipPath(task) : resultPath(task)).catch(complain);
}

function State({ task }: { task: Task }) {
  const { name, state, progress } = task;
  if (state === 'PROCESSED')
    return (
      <button
        type="button"
        class="row-state"
        aria-label={t('task.download.of', { name })}
        onClick={() => saveResults(task)}
      >
        <Icon name="download" />
        {task.resultCount > 1 ? t('task.download.several', { count: task.resultCount }) : t('task.download')}
      </button>
    );
  const isFetched = state === 'AWAITING_UPLOAD' && task.source !== null;
  if (state === 'AWAITING_UPLOAD' && !isFetched) return <GoOn task={task} />;
  if (state === 'PROCESSING' || state === 'UPLOADED' || isFetched)
    return <progress class="row-state" max={1} value={progress} aria-label={t('task.progress', { name })} />;
  return null;
}

function sentence(task: Task): string {
  const { state, media, result, error, progress } = task;
  const to = formatsText(requestedOf(task));
  if (state === 'FAILED') return [failureOf(error?.code), expiryOf(task)].filter(Boolean).join(' · ');
  if (state === 'UPLOADED') return `${to} · ${t('task.waiting')}`;
  if (state === 'PROCESSING') return `${to} · ${percent(progress)}`;
  if (state === 'AWAITING_UPLOAD' && task.source)
    return `${to} · ${t('task.fetching', { percent: percent(progress) })}`;
  if (state === 'AWAITING_UPLOAD') return `${to} · ${t('task.awaiting')}`;
  if (state === 'EXPIRED')
    return `${to} · ${error?.code === 'files_removed' ? t('task.removed') : t('task.expired')}`;
  const duration = result?.media.duration ?? media?.duration;
  const notes = (result?.warnings.length ?? 0) + (result?.adaptations.length ?? 0);
  const parts = [
    to,
    duration && clock(duration),
    result && size(result.size),
    notes > 0 && counted('task.notes', notes),
    task.destination && t(deliveryOf(task)),
    expiryOf(task),
  ];
  return parts.filter(Boolean).join(' · ');
}

/** The day on which the files of a task are removed; undefined where they are kept. */
function expiryOf({ expiresAt }: Task): string | undefined {
  return expiresAt === null ? undefined : t('task.expires.short', { day: shortDay(expiresAt) });
}

/** The words for what became of the delivery of a result. */
export function deliveryOf({ delivered }: Task): MessageKey {
  if (!delivered) return 'delivery.open';
  return delivered.error === null ? 'delivery.done' : 'delivery.failed';
}

/** A sentence about the code of a failure. */
export function failureOf(code: string | undefined): string {
  return known(`failure.${code}`) ?? t('failure.unknown');
}
