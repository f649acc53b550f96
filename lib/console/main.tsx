import { render } from 'preact';
import { startSession } from './account.ts';
import { batchesChanged, followBatches } from './batches.ts';
import { Page } from './components/page.tsx';
import { loadFormats } from './formats.ts';
import { invitation } from './invitation.ts';
import { t } from './messages.ts';
import { announce, complain, tell } from './notices.ts';
import { followAddress, go } from './place.ts';
import { followPresets, whenPresetsAreKnown } from './presets.ts';
import { session } from './session.ts';
import { followTasks } from './task-events.ts';
import { checkWanted, inFormat, linkedFormat, want } from './wanted.ts';
import { webhookDisabled } from './webhooks.ts';
import './styles/base.css';
import './styles/controls.css';
import './styles/page.css';
import './styles/lists.css';
import './styles/dialogs.css';
import './styles/listening.css';
import './styles/webhooks.css';

followAddress();
followPresets();
followTasks({
  onEnded: ({ name, state }) => announce(t(state === 'FAILED' ? 'task.failed' : 'task.done', { name })),
  onBatch: batchesChanged,
  onWebhookDisabled: webhookDisabled,
});
followBatches();
const root = document.getElementById('console');
if (root) render(<Page />, root);
startSession().then(showInvitation, (error: unknown) => {
  session.value = 'none';
  complain(error);
});
loadFormats().then(() => {
  const { format, preset } = checkWanted();
  if (format !== undefined) tell(t('wanted.notIn', { format }));
  if (preset === undefined) return;
  whenPresetsAreKnown((presets) => {
    const own = presets.find(({ name }) => name === preset);
    if (own)
      want(inFormat({ format: own.format, options: { ...own.options } }, linkedFormat() ?? own.format));
    else tell(t('wanted.noPreset', { preset }));
  });
}, complain);

/** The link of an invitation leads to the sign-up. */
function showInvitation(): void {
  if (invitation.value !== undefined && session.value === 'none') go('#sign-up');
}
