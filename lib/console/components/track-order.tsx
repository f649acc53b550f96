import { moved } from '../joins.ts';
import { t } from '../messages.ts';
import { clock } from '../quantities.ts';
import type { Task } from '../task.ts';
import { Icon } from './icon.tsx';

interface TrackOrderProps {
  tracks: readonly Task[];
  onChange: (tracks: readonly Task[]) => void;
}

/** Tracks in their order: each can be moved by one place, or left out. */
export function TrackOrder({ tracks, onChange }: TrackOrderProps) {
  return (
    <ol class="tracks" aria-label={t('join.tracks')}>
      {tracks.map(({ id, name, media }, index) => (
        <li key={id}>
          <bdi class="file-name" title={name}>
            {name}
          </bdi>
          <span class="hint">{media?.duration ? clock(media.duration) : ''}</span>
          {([-1, 1] as const).map((by) => (
            <button
              key={by}
              type="button"
              class="quiet square"
              aria-label={t(by < 0 ? 'join.earlier' : 'join.later', { name })}
              disabled={tracks[index + by] === undefined}
              onClick={() => onChange(moved(tracks, index, by))}
            >
              <Icon name={by < 0 ? 'up' : 'down'} />
            </button>
          ))}
          <button
            type="button"
            class="quiet square"
            aria-label={t('join.leave', { name })}
            disabled={tracks.length === 1}
            onClick={() => onChange(tracks.filter((track) => track.id !== id))}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ol>
  );
}
