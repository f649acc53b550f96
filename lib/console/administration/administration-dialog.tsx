import { account } from '../account.ts';
import { Dialog } from '../components/dialog.tsx';
import { t } from '../messages.ts';
import { go } from '../place.ts';
import { GroupList } from './group-list.tsx';
import { InvitationList } from './invitation-list.tsx';
import { QueueFacts } from './queue-facts.tsx';
import { UserList } from './user-list.tsx';

/** Parts of the administration by the end of their address. */
const PARTS = [
  { name: 'administration', title: 'admin.users' },
  { name: 'groups', title: 'admin.groups' },
  { name: 'invitations', title: 'admin.invitations' },
] as const;

interface AdministrationDialogProps {
  part: (typeof PARTS)[number]['name'];
}

/** Users and the queue, groups, and invitations, for administrators. */
export function AdministrationDialog({ part }: AdministrationDialogProps) {
  return (
    <Dialog title={t('admin.title')} kind="side" onClose={() => go('')}>
      {account.value?.isAdministrator ? <Parts part={part} /> : <p class="empty">{t('admin.refused')}</p>}
    </Dialog>
  );
}

function Parts({ part }: AdministrationDialogProps) {
  return (
    <>
      <nav class="parts" aria-label={t('admin.title')}>
        {PARTS.map(({ name, title }) => (
          <a key={name} href={`#${name}`} aria-current={name === part ? 'page' : undefined}>
            {t(title)}
          </a>
        ))}
      </nav>
      {part === 'administration' && (
        <>
          <QueueFacts />
          <UserList />
        </>
      )}
      {part === 'groups' && <GroupList />}
      {part === 'invitations' && <InvitationList />}
    </>
  );
}
