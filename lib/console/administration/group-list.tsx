import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Icon } from '../components/icon.tsx';
import { ProblemForm } from '../components/problem-form.tsx';
import { TextField } from '../components/text-field.tsx';
import { counted, t } from '../messages.ts';
import { complain, tell } from '../notices.ts';
import { go } from '../place.ts';
import { type CountedGroup, changeGroup, groups, makeGroup, readGroups, removeGroup } from './groups.ts';
import { LimitFields, LimitSummary } from './limit-fields.tsx';
import { limitsOf } from './limits.ts';
import { search } from './users.ts';

/** Groups with limits of their own. */
export function GroupList() {
  useEffect(() => {
    readGroups().catch(complain);
  }, []);
  return (
    <>
      <section>
        <h3>{t('admin.groups')}</h3>
        <p class="hint">{t('admin.groups.text')}</p>
        {groups.value.length === 0 && <p class="empty">{t('admin.groups.none')}</p>}
        <ul class="people">
          {groups.value.map((group) => (
            <GroupRow key={group.id} value={group} />
          ))}
        </ul>
      </section>
      <section>
        <h3>{t('admin.group.new')}</h3>
        <ProblemForm submit={t('admin.group.make')} send={(text) => makeGroup(text('name'), limitsOf(text))}>
          <TextField name="name" label={t('admin.group.name')} />
          <LimitFields />
        </ProblemForm>
      </section>
    </>
  );
}

function GroupRow({ value }: { value: CountedGroup }) {
  const { id, name, users, limits } = value;
  const isOpen = useSignal(false);
  const members = counted('admin.members', users);
  const showUsers = () => {
    search.value = { text: '', groupId: id };
    go('administration');
  };
  return (
    <li>
      <div class="row-text">
        <bdi class="file-name" title={name}>
          {name}
        </bdi>
        <LimitSummary value={limits} />
      </div>
      <div class="buttons">
        <button
          type="button"
          aria-label={t('admin.members.of', { users: members, name })}
          onClick={showUsers}
        >
          {members}
        </button>
        <button
          type="button"
          class="quiet"
          aria-expanded={isOpen.value}
          aria-label={t('admin.group.change.of', { name })}
          onClick={() => {
            isOpen.value = !isOpen.value;
          }}
        >
          {t('admin.group.change')}
        </button>
        <Removal value={value} />
      </div>
      {isOpen.value && (
        <ProblemForm
          submit={t('admin.save')}
          send={async (text) => {
            await changeGroup(id, text('name'), limitsOf(text));
            isOpen.value = false;
            tell(t('admin.limits.saved', { name: text('name') }));
          }}
        >
          <TextField name="name" label={t('admin.group.name')} value={name} />
          <LimitFields value={limits} />
        </ProblemForm>
      )}
    </li>
  );
}

/** Asks once more where users would lose their group. */
function Removal({ value: { id, name, users } }: { value: CountedGroup }) {
  const isAsking = useSignal(false);
  const remove = () => removeGroup(id).catch(complain);
  if (isAsking.value)
    return (
      <button
        type="button"
        class="danger"
        // The button that asked is gone, and the focus with it.
        ref={(button) => button?.focus()}
        onClick={remove}
        onBlur={() => {
          isAsking.value = false;
        }}
      >
        {counted('admin.group.remove.used', users)}
      </button>
    );
  return (
    <button
      type="button"
      class="quiet square"
      aria-label={t('admin.group.remove', { name })}
      onClick={() => {
        if (users === 0) return void remove();
        isAsking.value = true;
      }}
    >
      <Icon name="delete" />
    </button>
  );
}
