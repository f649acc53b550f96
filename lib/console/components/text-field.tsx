import { Field } from './field.tsx';

interface TextFieldProps {
  name: string;
  label: string;
  type?: 'text' | 'email' | 'password';
  hint?: string | undefined;
  autocomplete?: string;
  /** Text that stands there first. */
  value?: string;
}

/** A required line of text in a form. */
export function TextField({ name, label, type = 'text', hint, autocomplete = 'off', value }: TextFieldProps) {
  return (
    <Field label={label} hint={hint}>
      {(attributes) => {
        const shared = {
          ...attributes,
          name,
          required: true,
          autocomplete,
          ...(value !== undefined && { defaultValue: value }),
        };
        if (type === 'email') return <input {...shared} type="email" />;
        if (type === 'password') return <input {...shared} type="password" />;
        return <input {...shared} type="text" />;
      }}
    </Field>
  );
}
