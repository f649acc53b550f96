import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ManagedUser } from '../../client/index.ts';
import { account } from '../account.ts';
import { changeUser, findUsers, groups, hasMore, users } from '../administration.ts';
import { counted, t } from '../messages.ts';
import { complain } from '../notices.ts';
import { size } from '../quantities.ts';
import { Field } from './field.tsx';

/** Users, to be searched and suspended. */
export function UserList() {
  const search = useSignal('');
  useEffect(() => {
    findUsers('').catch(complain);
  }, []);
  return (
    <section>
      <h3>{t('admin.users')}</h3>
      <Field label={t('admin.search')}>
        {(attributes) => (
          <input
            {...attributes}
            type="search"
            value={search.value}
            onInput={({ currentTarget }) => {
              search.value = currentTarget.value;
              findUsers(currentTarget.value.trim()).catch(complain);
            }}
          />
        )}
      </Field>
      <ul class="keys people">
        {users.value.map((user) => (
          <UserRow key={user.id} value={user} />
        ))}
      </ul>
      {hasMore.value && <p class="hint">{t('admin.more')}</p>}
    </section>
  );
}

function UserRow({ value }: { value: ManagedUser }) {
  const { id, user, email, suspendedAt, group, usage } = value;
  const files = Object.values(usage.tasks).reduce((sum, count) => sum + count, 0);
  const isSuspended = suspendedAt !== null;
  const change = (changed: Parameters<typeof changeUser>[1]) => changeUser(id, changed).catch(complain);
  return (
    <li>
      <span class="file-name">
        {user} <span class="hint">{email}</span>
      </span>
      <span class="hint">
        {counted('admin.files', files)} · {size(usage.storedBytes)}
        {isSuspended && ` · ${t('admin.suspended')}`}
      </span>
      {groups.value.length > 0 && (
        <select
          aria-label={t('admin.group.of', { user })}
          value={group?.id ?? ''}
          onChange={({ currentTarget: { value: chosen } }) =>
            change({ groupId: chosen === '' ? null : Number(chosen) })
          }
        >
          <option value="">{t('admin.group.none')}</option>
          {groups.value.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
      )}
      {id !== account.value?.id && (
        <button
          type="button"
          class="quiet"
          aria-label={t(isSuspended ? 'admin.resume.of' : 'admin.suspend.of', { user })}
          onClick={() => change({ suspended: !isSuspended })}
        >
          {t(isSuspended ? 'admin.resume' : 'admin.suspend')}
        </button>
      )}
    </li>
  );
}
