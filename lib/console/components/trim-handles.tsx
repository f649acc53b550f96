import { useRef } from 'preact/hooks';
import { t } from '../messages.ts';
import { clock } from '../quantities.ts';
import { HANDLES, type Handle, rangeOf, type Trim, timeOf, withHandle } from '../trim.ts';
import { placeIn, type View } from '../view.ts';

interface TrimHandlesProps {
  trim: Trim;
  /** Seconds of the original. */
  total: number;
  view: View;
  onChange: (trim: Trim) => void;
}

/** Seconds by which keys move a handle. */
const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -0.1,
  ArrowDown: -0.1,
  ArrowRight: 0.1,
  ArrowUp: 0.1,
  PageDown: -5,
  PageUp: 5,
};

/** Keys with Shift go ten times as far, with Alt a tenth. */
const FACTORS = { shift: 10, alt: 0.1 };

/** Handles for the edges and the fades of the part that the next result gets: by mouse, touch or keys. */
export function TrimHandles({ trim, total, view, onChange }: TrimHandlesProps) {
  const grabbed = useRef(0);
  const span = view.end - view.start;
  const move = (handle: Handle, time: number) => onChange(withHandle(trim, handle, time, total));
  const timeAt = ({ clientX, currentTarget }: PointerEvent) => {
    const { left, width } = boxOf(currentTarget);
    return view.start + ((clientX - left) / width) * span;
  };
  const onKeyDown = (event: KeyboardEvent, handle: Handle) => {
    const [least, most] = rangeOf(trim, handle, total);
    const step = STEPS[event.key];
    const factor = (event.shiftKey ? FACTORS.shift : 1) * (event.altKey ? FACTORS.alt : 1);
    if (step !== undefined) move(handle, timeOf(trim, handle) + step * factor);
    else if (event.key === 'Home') move(handle, least);
    else if (event.key === 'End') move(handle, most);
    else return;
    event.preventDefault();
  };
  return (
    <>
      {HANDLES.map((handle) => {
        const time = timeOf(trim, handle);
        const place = placeIn(view, time);
        const [least, most] = rangeOf(trim, handle, total);
        const isAway = place < 0 || place > 1;
        return (
          <div
            key={handle}
            role="slider"
            tabIndex={0}
            class={`handle ${handle}${isAway ? ' away' : ''}`}
            style={{ left: `${Math.max(0, Math.min(place, 1)) * 100}%` }}
            aria-label={t(`trim.${handle}`)}
            aria-orientation="horizontal"
            aria-valuemin={least}
            aria-valuemax={most}
            aria-valuenow={time}
            aria-valuetext={textOf(trim, handle)}
            onKeyDown={(event) => onKeyDown(event, handle)}
            onPointerDown={(event) => {
              event.preventDefault();
              event.currentTarget.focus();
              event.currentTarget.setPointerCapture(event.pointerId);
              grabbed.current = timeAt(event) - time;
            }}
            onPointerMove={(event) => {
              if (event.currentTarget.hasPointerCapture(event.pointerId))
                move(handle, timeAt(event) - grabbed.current);
            }}
          />
        );
      })}
    </>
  );
}

/** The parts that the next result leaves out, and its fades, as shapes in a lane: one unit a second, 100 high. */
export function TrimShapes({ trim, total }: { trim: Trim; total: number }) {
  const { start, end, fadeIn, fadeOut } = trim;
  return (
    <>
      {start > 0 && <rect class="outside" x={0} width={start} height="100" />}
      {end < total && <rect class="outside" x={end} width={total - end} height="100" />}
      {fadeIn > 0 && <path class="outside" d={`M${start} 0L${timeOf(trim, 'fadeIn')} 0L${start} 100Z`} />}
      {fadeOut > 0 && <path class="outside" d={`M${end} 0L${timeOf(trim, 'fadeOut')} 0L${end} 100Z`} />}
    </>
  );
}

function textOf(trim: Trim, handle: Handle): string {
  if (handle === 'fadeIn') return clock(trim.fadeIn, 2);
  return clock(handle === 'fadeOut' ? trim.fadeOut : timeOf(trim, handle), 2);
}

function boxOf(target: EventTarget | null): { left: number; width: number } {
  const lanes = target instanceof Element ? target.parentElement : null;
  const { left, width } = lanes?.getBoundingClientRect() ?? { left: 0, width: 1 };
  return { left, width: width || 1 };
}
