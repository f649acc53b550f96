import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ManagedUser } from '../../client/index.ts';
import { account } from '../account.ts';
import { Field } from '../components/field.tsx';
import { ProblemForm } from '../components/problem-form.tsx';
import { counted, t } from '../messages.ts';
import { complain, tell } from '../notices.ts';
import { size } from '../quantities.ts';
import { GroupChoice } from './group-choice.tsx';
import { readGroups } from './groups.ts';
import { LimitFields, LimitSummary } from './limit-fields.tsx';
import { limitsOf } from './limits.ts';
import { changeUser, findMore, findUsers, hasMore, search, users } from './users.ts';

/** Users, to be searched, suspended, put into groups and given limits of their own. */
export function UserList() {
  useEffect(() => {
    Promise.all([findUsers(), readGroups()]).catch(complain);
  }, []);
  const { text, groupId } = search.value;
  return (
    <section>
      <h3>{t('admin.users')}</h3>
      <div class="fields">
        <Field label={t('admin.search')}>
          {(attributes) => (
            <input
              {...attributes}
              type="search"
              maxLength={255}
              value={text}
              onInput={({ currentTarget: { value } }) => findUsers({ text: value }).catch(complain)}
            />
          )}
        </Field>
        <Field label={t('admin.group')}>
          {(attributes) => (
            <GroupChoice
              {...attributes}
              none={t('admin.group.all')}
              value={groupId}
              choose={(id) => findUsers({ groupId: id }).catch(complain)}
            />
          )}
        </Field>
      </div>
      {users.value.length === 0 && <p class="empty">{t('admin.users.none')}</p>}
      <ul class="people">
        {users.value.map((user) => (
          <UserRow key={user.id} value={user} />
        ))}
      </ul>
      {hasMore.value && (
        <div class="buttons">
          <button type="button" onClick={() => findMore().catch(complain)}>
            {t('admin.more')}
          </button>
        </div>
      )}
    </section>
  );
}

function UserRow({ value }: { value: ManagedUser }) {
  const { id, user, email, suspendedAt, group, usage, limits } = value;
  const isOpen = useSignal(false);
  const files = Object.values(usage.tasks).reduce((sum, count) => sum + count, 0);
  const isSuspended = suspendedAt !== null;
  const change = (changed: Parameters<typeof changeUser>[1]) => changeUser(id, changed).catch(complain);
  return (
    <li>
      <div class="row-text">
        <bdi class="file-name" title={user}>
          {user}
        </bdi>
        <span class="hint">
          {email === '' ? t('session.guest') : email} · {counted('admin.files', files)} ·{' '}
          {size(usage.storedBytes)}
          {isSuspended && ` · ${t('admin.suspended')}`}
        </span>
        <LimitSummary value={limits} />
      </div>
      <div class="buttons">
        <GroupChoice
          aria-label={t('admin.group.of', { user })}
          none={t('admin.group.none')}
          value={group?.id}
          choose={(chosen) => change({ groupId: chosen ?? null })}
        />
        <button
          type="button"
          class="quiet"
          aria-expanded={isOpen.value}
          aria-label={t('admin.limits.of', { name: user })}
          onClick={() => {
            isOpen.value = !isOpen.value;
          }}
        >
          {t('admin.limits')}
        </button>
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
      </div>
      {isOpen.value && (
        <ProblemForm
          submit={t('admin.save')}
          send={async (text) => {
            await changeUser(id, { limits: limitsOf(text) });
            isOpen.value = false;
            tell(t('admin.limits.saved', { name: user }));
          }}
        >
          <LimitFields value={limits} />
        </ProblemForm>
      )}
    </li>
  );
}
