import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { components } from '../../client/index.ts';
import { counted, known, t } from '../messages.ts';
import { complain } from '../notices.ts';
import { clock, number } from '../quantities.ts';
import { service } from '../service.ts';

type Queue = components['schemas']['Queue'];

/** Tasks that wait and run, whose they are, and why others failed. */
export function QueueFacts() {
  const queue = useSignal<Queue | undefined>(undefined);
  const failures = useSignal<components['schemas']['Failures'] | undefined>(undefined);
  useEffect(() => {
    const read = async () => {
      queue.value = await service.administration.queue();
      failures.value = await service.administration.failures();
    };
    read().catch(complain);
  }, [queue, failures]);
  const { value } = queue;
  if (!value) return null;
  const { day = [], week = [] } = failures.value ?? {};
  return (
    <section>
      <dl class="facts">
        <div>
          <dt>{t('admin.waiting')}</dt>
          <dd>{number(value.waiting)}</dd>
        </div>
        <div>
          <dt>{t('admin.running')}</dt>
          <dd>{number(value.running)}</dd>
        </div>
        {value.oldestSeconds !== null && (
          <div>
            <dt>{t('admin.oldest')}</dt>
            <dd>{clock(value.oldestSeconds, 0)}</dd>
          </div>
        )}
      </dl>
      {value.users.length > 0 && <Busiest users={value.users} />}
      {week.length > 0 && (
        <details>
          <summary>{t('admin.failures')}</summary>
          <table>
            <thead>
              <tr>
                <td />
                <th scope="col">{t('admin.failures.day')}</th>
                <th scope="col">{t('admin.failures.week')}</th>
              </tr>
            </thead>
            <tbody>
              {week.map(({ code, count }) => (
                <tr key={code}>
                  <th scope="row">{known(`failure.${code}`) ?? code}</th>
                  <td>{number(day.find((one) => one.code === code)?.count ?? 0)}</td>
                  <td>{number(count)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
    </section>
  );
}

function Busiest({ users }: { users: Queue['users'] }) {
  return (
    <details>
      <summary>{t('admin.busiest')}</summary>
      <ul class="keys people">
        {users.map(({ id, user, waiting, running }) => (
          <li key={id}>
            <bdi class="file-name">{user}</bdi>
            <span class="hint">
              {counted('admin.wait', waiting)} · {counted('admin.run', running)}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
