import { copyText } from '../copy.ts';
import { addressOf, resultPath } from '../download.ts';
import { t } from '../messages.ts';
import { complain, tell } from '../notices.ts';
import type { Task } from '../task.ts';
import { Icon } from './icon.tsx';

/** Copies an address of the result that needs no account, for 15 minutes. */
export function CopyLink({ task }: { task: Task }) {
  const copy = async () => {
    await copyText(await addressOf(resultPath(task)));
    tell(t('task.link.copied'));
  };
  return (
    <button type="button" title={t('task.link.text')} onClick={() => copy().catch(complain)}>
      <Icon name="link" />
      {t('task.link')}
    </button>
  );
}
