import { t } from '../messages.ts';
import { TextField } from './text-field.tsx';

/** Name, email and password of a new account. */
export function NewAccountFields() {
  return (
    <>
      <TextField name="user" label={t('session.user')} autocomplete="nickname" />
      <TextField name="email" type="email" label={t('session.email')} autocomplete="username" />
      <TextField
        name="password"
        type="password"
        label={t('session.password')}
        hint={t('session.password.hint')}
        autocomplete="new-password"
      />
    </>
  );
}

/** The present password of an account, with its email unseen, by which a password manager finds it. */
export function PresentPassword({ email }: { email: string }) {
  return (
    <>
      <input
        type="email"
        class="unseen"
        tabIndex={-1}
        aria-hidden="true"
        autocomplete="username"
        value={email}
        readOnly
      />
      <TextField
        name="password"
        type="password"
        label={t('account.password.present')}
        autocomplete="current-password"
      />
    </>
  );
}
