import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Invitation } from '../../client/index.ts';
import { invitations, invite, readInvitations, removeInvitation } from '../administration.ts';
import { copyText } from '../copy.ts';
import { t } from '../messages.ts';
import { complain, tell } from '../notices.ts';
import { moment } from '../quantities.ts';
import { Field } from './field.tsx';
import { Icon } from './icon.tsx';
import { ProblemForm } from './problem-form.tsx';

/** Invitations; the link of a new one is shown once. */
export function InvitationList() {
  const link = useSignal('');
  useEffect(() => {
    readInvitations().catch(complain);
  }, []);
  return (
    <details class="fold">
      <summary>{t('admin.invitations')}</summary>
      <p class="hint">{t('admin.invitations.text')}</p>
      <ul class="keys">
        {invitations.value.map((one) => (
          <InvitationRow key={one.id} value={one} />
        ))}
      </ul>
      {link.value !== '' && <Link text={link.value} />}
      <ProblemForm
        submit={t('admin.invite')}
        send={async (text) => {
          link.value = await invite(text('email'));
        }}
      >
        <Field label={t('admin.invitation.email')} hint={t('admin.invitation.email.hint')}>
          {(attributes) => <input {...attributes} type="email" name="email" autocomplete="off" />}
        </Field>
      </ProblemForm>
    </details>
  );
}

function InvitationRow({ value: { id, email, expiresAt, usedAt } }: { value: Invitation }) {
  const name = email ?? t('admin.invitation.any');
  return (
    <li>
      <span class="file-name">{name}</span>
      <span class="hint">
        {usedAt === null
          ? t('admin.invitation.until', { date: moment(expiresAt) })
          : t('admin.invitation.used', { date: moment(usedAt) })}
      </span>
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
