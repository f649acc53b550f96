import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { isLimited } from '../criteria.ts';
import { save, zipPath } from '../download.ts';
import { taskOf } from '../known-tasks.ts';
import { counted, t } from '../messages.ts';
import { complain } from '../notices.ts';
import { session } from '../session.ts';
import { hasMore, ids, isLoading, loadMore } from '../tasks.ts';
import { ownTasks } from '../transfers.ts';
import { visibleRows } from '../visible-rows.ts';
import { TaskFilters } from './task-filters.tsx';
import { TaskRow } from './task-row.tsx';

/** Height of a row in the two forms of the style sheet, in the font size of the page. */
const ROW = { wide: 4.25, narrow: 7 };

const NARROW = matchMedia('(max-width: 640px)');

/** The tasks of the user. Only the rows near the window exist. */
export function TaskList() {
  const shown = useComputed(() => {
    const own = ownTasks.value;
    return own.size === 0 ? ids.value : ids.value.filter((id) => !own.has(id));
  });
  if (session.value !== 'open') return null;
  const count = shown.value.length;
  if (!isLimited.value && count === 0) return isLoading.value ? null : <Empty text={t('tasks.empty')} />;
  return (
    <section aria-labelledby="tasks-title" aria-busy={isLoading.value}>
      <div class="toolbar">
        <h2 id="tasks-title">{t('tasks.title')}</h2>
        <ZipButton shown={shown.value} />
        <TaskFilters />
      </div>
      {count === 0 && !isLoading.value ? <Empty text={t('tasks.none')} /> : <Rows shown={shown.value} />}
      <p class="unseen" role="status">
        {hasMore.value ? t('tasks.count.first', { count }) : counted('tasks.count', count)}
      </p>
    </section>
  );
}

/** Most results in one ZIP file. */
const MOST_ZIPPED = 1000;

/** Saves the results in the list as one file. */
function ZipButton({ shown }: { shown: readonly number[] }) {
  const isBusy = useSignal(false);
  const done = shown.slice(0, MOST_ZIPPED).filter((id) => taskOf(id)?.value.state === 'PROCESSED');
  if (done.length < 2) return null;
  const download = () => {
    isBusy.value = true;
    save(zipPath(done))
      .catch(complain)
      .finally(() => {
        isBusy.value = false;
      });
  };
  return (
    <button type="button" disabled={isBusy.value} onClick={download}>
      {counted('tasks.zip', done.length)}
    </button>
  );
}

function Rows({ shown }: { shown: readonly number[] }) {
  const list = useRef<HTMLUListElement>(null);
  const range = useSignal({ from: 0, to: 30 });
  const height = NARROW.matches ? ROW.narrow : ROW.wide;
  const pixels = height * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  useEffect(() => {
    const look = () => {
      if (!list.current) return;
      const next = visibleRows(list.current.getBoundingClientRect().top, innerHeight, pixels, shown.length);
      if (next.from !== range.value.from || next.to !== range.value.to) range.value = next;
      if (next.to >= shown.length && hasMore.value) loadMore().catch(complain);
    };
    look();
    addEventListener('scroll', look, { passive: true });
    addEventListener('resize', look);
    return () => {
      removeEventListener('scroll', look);
      removeEventListener('resize', look);
    };
  }, [shown, pixels, range]);
  const { from, to } = range.value;
  return (
    <ul
      ref={list}
      class="rows virtual"
      aria-label={t('tasks.list')}
      style={{ height: `${shown.length * height}rem` }}
    >
      {shown.slice(from, to).map((id, index) => (
        <TaskRow key={id} id={id} place={from + index} count={shown.length} top={(from + index) * height} />
      ))}
    </ul>
  );
}

function Empty({ text }: { text: string }) {
  return <p class="empty">{text}</p>;
}
