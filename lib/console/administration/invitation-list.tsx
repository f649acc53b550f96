import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Invitation } from '../../client/index.ts';
import { Field } from '../components/field.tsx';
import { Icon } from '../components/icon.tsx';
import { ProblemForm } from '../components/problem-form.tsx';
import { copyText } from '../copy.ts';
import { t } from '../messages.ts';
import { complain, tell } from '../notices.ts';
import { moment } from '../quantities.ts';
import { GroupChoice } from './group-choice.tsx';
import { groups, readGroups } from './groups.ts';
import { invitations, invite, readInvitations, removeInvitation } from './invitations.ts';

/** Invitations; the link of a new one is shown once. */
export function InvitationList() {
  const link = useSignal('');
  useEffect(() => {
    Promise.all([readInvitations(), readGroups()]).catch(complain);
  }, []);
  return (
    <>
      <section>
        <h3>{t('admin.invitation.new')}</h3>
        <p class="hint">{t('admin.invitations.text')}</p>
        {link.value !== '' && <Link text={link.value} />}
        <InvitationForm
          show={(text) => {
            link.value = text;
          }}
        />
      </section>
      <section>
        <h3>{t('admin.invitations')}</h3>
        {invitations.value.length === 0 && <p class="empty">{t('admin.invitations.none')}</p>}
        <ul class="keys">
          {invitations.value.map((one) => (
            <InvitationRow key={one.id} value={one} />
          ))}
        </ul>
      </section>
    </>
  );
}

function InvitationForm({ show }: { show: (link: string) => void }) {
  const send = async (text: (name: string) => string) => {
    const [email, group] = [text('email'), text('group')];
    const whom = { ...(email !== '' && { email }), ...(group !== '' && { groupId: Number(group) }) };
    show(await invite({ ...whom, days: Number(text('days')) }));
  };
  return (
    <ProblemForm submit={t('admin.invite')} send={send}>
      <Field label={t('admin.invitation.email')} hint={t('admin.invitation.email.hint')}>
        {(attributes) => (
          <input {...attributes} type="email" name="email" autocomplete="off" maxLength={254} />
        )}
      </Field>
      <div class="fields">
        <Field label={t('admin.group')}>
          {(attributes) => <GroupChoice {...attributes} name="group" none={t('admin.group.none')} />}
        </Field>
        <Field label={t('admin.invitation.days')}>
          {(attributes) => (
            <input {...attributes} type="number" name="days" min="1" max="365" required defaultValue="7" />
          )}
        </Field>
      </div>
    </ProblemForm>
  );
}

function InvitationRow({ value }: { value: Invitation }) {
  const { id, email, groupId } = value;
  const name = email ?? t('admin.invitation.any');
  const group = groups.value.find((one) => one.id === groupId)?.name;
  return (
    <li>
      <div class="row-text">
        <span class="file-name" title={name}>
          {name}
        </span>
        <span class="hint">
          {stateOf(value)}
          {group !== undefined && ` · ${group}`}
        </span>
      </div>
      <button
        type="button"
        class="quiet square"
        aria-label={t('admin.invitation.remove', { name })}
        onClick={() => removeInvitation(id).catch(complain)}
      >
        <Icon name="delete" />
      </button>
    </li>
  );
}

function stateOf({ expiresAt, usedAt }: Invitation): string {
  if (usedAt !== null) return t('admin.invitation.used', { date: moment(usedAt) });
  const isOver = Date.parse(expiresAt) <= Date.now();
  return t(isOver ? 'admin.invitation.expired' : 'admin.invitation.until', { date: moment(expiresAt) });
}

function Link({ text }: { text: string }) {
  const copy = () => copyText(text).then(() => tell(t('keys.copied')), complain);
  return (
    <div class="note">
      <p>{t('admin.invitation.made')}</p>
      <code>{text}</code>
      <button type="button" onClick={copy}>
        {t('keys.copy')}
      </button>
    </div>
  );
}
