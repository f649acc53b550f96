import { isLimited } from '../criteria.ts';
import { lazily } from '../lazily.tsx';
import { t } from '../messages.ts';
import { place } from '../place.ts';
import { session } from '../session.ts';
import { staged } from '../staged.ts';
import { ids, isLoading } from '../tasks.ts';
import { transfers } from '../transfers.ts';
import { DropArea } from './drop-area.tsx';
import { Header } from './header.tsx';
import { NoticeList } from './notice-list.tsx';
import { RestoreOffer } from './restore-offer.tsx';
import { SessionDialog } from './session-dialog.tsx';
import { TaskList } from './task-list.tsx';
import { TransferList } from './transfer-list.tsx';

const AccountDialog = lazily(() => import('./account-dialog.tsx').then((part) => part.AccountDialog));
const AdministrationDialog = lazily(() =>
  import('../administration/administration-dialog.tsx').then((part) => part.AdministrationDialog),
);
const BatchesDialog = lazily(() => import('./batches-dialog.tsx').then((part) => part.BatchesDialog));
const TaskDialog = lazily(() => import('./task-dialog.tsx').then((part) => part.TaskDialog));

/** The whole page: one view, with dialogs above it that the address names. */
export function Page() {
  const isEmpty = ids.value.length + staged.value.length + transfers.value.length === 0;
  const isKnown = session.value === 'open' ? !isLoading.value : session.value !== 'starting';
  const isFirst = isEmpty && isKnown && !isLimited.value;
  return (
    <>
      <Header />
      <main class={isFirst ? 'first' : ''}>
        {isFirst && (
          <div class="hero">
            <h1>{t('hero.title')}</h1>
            <p>{t('hero.text')}</p>
          </div>
        )}
        {!isFirst && <h1 class="unseen">Tonemill</h1>}
        <DropArea />
        {isFirst && <RestoreOffer />}
        <TransferList />
        <TaskList />
      </main>
      <OpenDialog />
      {place.value.name === 'files' && <NoticeList />}
    </>
  );
}

function OpenDialog() {
  const { value } = place;
  const isIn = session.value === 'open';
  if (session.value === 'starting' || value.name === 'files') return null;
  if (value.name === 'task')
    return isIn ? <TaskDialog key={value.id} id={value.id} /> : <SessionDialog isNew={false} />;
  if (value.name === 'batches') return isIn ? <BatchesDialog /> : <SessionDialog isNew={false} />;
  if (value.name === 'administration' || value.name === 'groups' || value.name === 'invitations')
    return isIn ? <AdministrationDialog part={value.name} /> : <SessionDialog isNew={false} />;
  if (value.name === 'account') return isIn ? <AccountDialog /> : <SessionDialog isNew={false} />;
  return <SessionDialog isNew={value.name === 'sign-up'} />;
}
