import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { components } from '../../client/index.ts';
import { known, t } from '../messages.ts';
import { complain } from '../notices.ts';
import { go } from '../place.ts';
import { clock, number } from '../quantities.ts';
import { service } from '../service.ts';
import { Dialog } from './dialog.tsx';
import { GroupList } from './group-list.tsx';
import { InvitationList } from './invitation-list.tsx';
import { UserList } from './user-list.tsx';

/** Users, groups, invitations and the queue, for administrators. */
export function AdministrationDialog() {
  return (
    <Dialog title={t('admin.title')} kind="side" onClose={() => go('')}>
      <QueueFacts />
      <UserList />
      <GroupList />
      <InvitationList />
    </Dialog>
  );
}

function QueueFacts() {
  const queue = useSignal<components['schemas']['Queue'] | undefined>(undefined);
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
  const week = failures.value?.week ?? [];
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
      {week.length > 0 && (
        <details class="fold">
          <summary>{t('admin.failures')}</summary>
          <ul class="keys">
            {week.map(({ code, count }) => (
              <li key={code}>
                <span class="file-name">{known(`failure.${code}`) ?? code}</span>
                <span class="hint">{number(count)}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
