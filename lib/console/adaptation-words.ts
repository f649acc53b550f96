import { known, t } from './messages.ts';
import { bitrate, hertz, number } from './quantities.ts';

/** The name of a property of an adaptation. */
export function propertyOf(name: string): string {
  const tag = /^tags\.(.+)$/.exec(name)?.[1];
  if (tag !== undefined) return t('property.tag', { name: tag });
  return known(`property.${name}`) ?? known(`option.${name}`) ?? name;
}

/** A value of an adaptation with the unit of its property. */
export function amountOf(property: string, value: string | number): string {
  if (typeof value === 'string') return known(`value.${value}`) ?? value;
  if (property === 'sampleRate') return hertz(value);
  return property === 'bitrate' ? bitrate(value) : number(value, 2);
}
