import { groups } from './groups.ts';

interface GroupChoiceProps {
  id?: string;
  name?: string;
  'aria-label'?: string;
  'aria-describedby'?: string | undefined;
  /** Words for no group. */
  none: string;
  value?: number | undefined;
  choose?: (id: number | undefined) => void;
}

/** A choice among the groups, and none of them. */
export function GroupChoice({ none, value, choose, ...attributes }: GroupChoiceProps) {
  return (
    <select
      {...attributes}
      // Without `choose` the form reads the choice, which a later drawing must not take back.
      {...(choose && { value: value ?? '' })}
      onChange={({ currentTarget: { value: chosen } }) =>
        choose?.(chosen === '' ? undefined : Number(chosen))
      }
    >
      <option value="">{none}</option>
      {groups.value.map((group) => (
        <option key={group.id} value={group.id}>
          {group.name}
        </option>
      ))}
    </select>
  );
}
