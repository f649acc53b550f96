import { useEffect, useRef } from 'preact/hooks';
import { batches } from '../batches.ts';
import { criteria, SORTS } from '../criteria.ts';
import { t } from '../messages.ts';
import { complain } from '../notices.ts';
import type { TaskState } from '../task.ts';
import { choose } from '../tasks.ts';
import { Icon } from './icon.tsx';
import { FormatOptions } from './wanted-form.tsx';

/** States by which the list can be limited. */
const STATES: readonly TaskState[] = [
  'PROCESSED',
  'PROCESSING',
  'UPLOADED',
  'FAILED',
  'AWAITING_UPLOAD',
  'EXPIRED',
];

/** Milliseconds without another letter after which a search begins. */
const TYPED = 250;

const change = (chosen: Parameters<typeof choose>[0]) => choose(chosen).catch(complain);

/** The inputs that limit and order the list. */
export function TaskFilters() {
  const { state, format, sort, batch } = criteria.value;
  return (
    <div class="filters">
      <Search />
      <select
        aria-label={t('tasks.state')}
        value={state ?? ''}
        onChange={({ currentTarget }) =>
          change({ state: STATES.find((each) => each === currentTarget.value) })
        }
      >
        <option value="">{t('tasks.state.all')}</option>
        {STATES.map((each) => (
          <option key={each} value={each}>
            {t(`tasks.state.${each}`)}
          </option>
        ))}
      </select>
      <select
        aria-label={t('tasks.format')}
        value={format ?? ''}
        onChange={({ currentTarget }) => change({ format: currentTarget.value || undefined })}
      >
        <option value="">{t('tasks.format.all')}</option>
        <FormatOptions chosen={format} />
      </select>
      <select
        aria-label={t('tasks.sort')}
        value={sort}
        onChange={({ currentTarget }) =>
          change({ sort: SORTS.find((each) => each === currentTarget.value) ?? 'newest' })
        }
      >
        {SORTS.map((each) => (
          <option key={each} value={each}>
            {t(`tasks.sort.${each}`)}
          </option>
        ))}
      </select>
      {batch && (
        <button
          type="button"
          class="chip"
          aria-label={t('tasks.batch.leave', { name: batch.name })}
          onClick={() => change({ batch: undefined })}
        >
          {batch.name}
          <Icon name="close" />
        </button>
      )}
      {!batch && batches.value.length > 0 && (
        <a class="button" href="#batches">
          {t('batches.title')}
        </a>
      )}
    </div>
  );
}

function Search() {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <label class="search">
      <Icon name="search" />
      <input
        type="search"
        aria-label={t('tasks.search')}
        placeholder={t('tasks.search')}
        maxLength={255}
        defaultValue={criteria.peek().name}
        onInput={({ currentTarget }) => {
          clearTimeout(timer.current);
          timer.current = setTimeout(() => change({ name: currentTarget.value.trim() }), TYPED);
        }}
      />
    </label>
  );
}
