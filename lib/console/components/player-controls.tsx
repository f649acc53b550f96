import { useSignal } from '@preact/signals';
import { loudnessOf, matchedVolumes, measure } from '../levels.ts';
import { t } from '../messages.ts';
import { complain } from '../notices.ts';
import type { Player } from '../player.ts';
import { number } from '../quantities.ts';
import { type Part, partsOf, type Task } from '../task.ts';
import { Icon } from './icon.tsx';

interface PlayerControlsProps {
  task: Task;
  player: Player;
  /** Files that this browser cannot play. */
  failed: readonly Part[];
}

/** Play, the switch between the files, and their levels. */
export function PlayerControls({ task, player, failed }: PlayerControlsProps) {
  const { heard, isPlaying } = player;
  const parts = partsOf(task);
  return (
    <>
      <button
        type="button"
        class="main"
        disabled={failed.length === parts.length}
        onClick={() => (isPlaying.value ? player.pause() : player.play().catch(complain))}
      >
        <Icon name={isPlaying.value ? 'pause' : 'resume'} />
        {isPlaying.value ? t('listen.pause') : t('listen.play')}
      </button>
      {parts.length > 1 && (
        <>
          <fieldset class="switch">
            <legend class="unseen">{t('listen.heard')}</legend>
            {parts.map((part) => (
              <label key={part}>
                <input
                  type="radio"
                  name="heard"
                  checked={heard.value === part}
                  disabled={failed.includes(part)}
                  onChange={() => player.hear(part)}
                />
                {t(`detail.${part}`)}
              </label>
            ))}
          </fieldset>
          <Levels task={task} player={player} />
        </>
      )}
    </>
  );
}

/** Lets both files play as loud as the quieter one. */
function Levels({ task, player }: Pick<PlayerControlsProps, 'task' | 'player'>) {
  const isOn = useSignal(false);
  const isBusy = useSignal(false);
  const [original, result] = [loudnessOf(task, 'original'), loudnessOf(task, 'result')];
  const choose = async (wanted: boolean) => {
    isOn.value = wanted;
    isBusy.value = wanted;
    try {
      if (wanted) await measure(task);
    } catch (error) {
      isOn.value = false;
      throw error;
    } finally {
      isBusy.value = false;
      const known = isOn.value ? [loudnessOf(task, 'original'), loudnessOf(task, 'result')] : [];
      player.setVolumes(matchedVolumes(known[0], known[1]));
    }
  };
  return (
    <div class="levels">
      <label class="check">
        <input
          type="checkbox"
          checked={isOn.value}
          onChange={({ currentTarget }) => choose(currentTarget.checked).catch(complain)}
        />
        {t('listen.match')}
      </label>
      <span class="hint" role="status">
        {isBusy.value && t('listen.measuring')}
        {isOn.value && !isBusy.value && sentenceOf(original?.integrated, result?.integrated)}
      </span>
    </div>
  );
}

function sentenceOf(original: number | undefined, result: number | undefined): string {
  if (original === undefined || result === undefined) return t('listen.match.unknown');
  const difference = number(Math.abs(original - result), 1);
  if (difference === number(0, 1)) return t('listen.match.same');
  const part = t(original > result ? 'detail.original' : 'detail.result');
  return t('listen.match.lowered', { part, decibels: difference });
}
