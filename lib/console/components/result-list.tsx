import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { NamedResult } from '../../client/index.ts';
import { numberedPath, save, taskZipPath } from '../download.ts';
import { t } from '../messages.ts';
import { complain } from '../notices.ts';
import { clock, size } from '../quantities.ts';
import { service } from '../service.ts';
import type { Task } from '../task.ts';
import { Icon } from './icon.tsx';
import { ReceiptTools } from './receipt-tools.tsx';

/** All results of a task that has several, each with its download. */
export function ResultList({ task }: { task: Task }) {
  const { id, revision, resultCount } = task;
  const results = useSignal<readonly NamedResult[]>([]);
  useEffect(() => {
    const stop = new AbortController();
    service.tasks.results(id, { signal: stop.signal }).then(
      (found) => {
        results.value = found;
      },
      (error: unknown) => {
        if (!stop.signal.aborted) complain(error);
      },
    );
    return () => stop.abort();
  }, [id, revision, results]);
  return (
    <section>
      <h3>{t('results.title', { count: resultCount })}</h3>
      <ul class="results">
        {results.value.map((result) => (
          <li key={result.number}>
            <button
              type="button"
              class="quiet"
              aria-label={t('task.download.of', { name: result.name })}
              onClick={() => save(numberedPath(task, result.number)).catch(complain)}
            >
              <Icon name="download" />
              {result.name}
            </button>
            <span class="hint">{describe(result)}</span>
            {result.receipt && <ReceiptTools name={result.name} receipt={result.receipt} />}
          </li>
        ))}
      </ul>
      <div class="buttons">
        <button type="button" onClick={() => save(taskZipPath(task)).catch(complain)}>
          <Icon name="download" />
          {t('results.zip')}
        </button>
      </div>
    </section>
  );
}

function describe({ media: { duration }, size: bytes }: NamedResult): string {
  return [...(duration === null ? [] : [clock(duration)]), size(bytes)].join(' · ');
}
