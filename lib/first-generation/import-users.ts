import type { Passwords } from '../accounts/passwords.ts';
import type { FirstGenerationImport, OldUser } from '../ports/first-generation.ts';
import type { UserStore } from '../ports/users.ts';

export interface ImportUsersDependencies {
  users: UserStore;
  passwords: Passwords;
  firstGenerationImport: FirstGenerationImport;
  /** False: a dry run, which reads everything and changes nothing. */
  apply: boolean;
  /** Receives one line for each row. */
  print: (line: string) => void;
}

/** Outcome of one row: copied, known from an earlier run, or left, with a line that gives the reason. */
export type Fate = 'copied' | 'known' | 'left';

/** Imported users by email; the id is undefined in a dry run, which does not create them. */
export type Owners = ReadonlyMap<string, { id: number | undefined }>;

/** Imports users one after another, so that their passwords do not fill the queue of hashes, and records their ids. */
export function createUserImport({
  users,
  passwords,
  firstGenerationImport,
  apply,
  print,
}: ImportUsersDependencies): {
  importUser: (user: OldUser) => Promise<Fate>;
  owners: Owners;
} {
  const owners = new Map<string, { id: number | undefined }>();
  const emails = new Map<string, string>();
  const names = new Set<string>();

  const freeName = async (given: string, email: string): Promise<string> => {
    for (const name of [given, email, `${given} (${email})`]) {
      if (names.has(name.toLowerCase()) || (await firstGenerationImport.isNameTaken(name))) continue;
      names.add(name.toLowerCase());
      return name;
    }
    throw new TypeError(`no name is free for ${email}`);
  };

  const importUser = async ({ email, name: given, password }: OldUser): Promise<Fate> => {
    const leave = (why: string): Fate => {
      print(`user ${email}: left, since ${why}`);
      return 'left';
    };
    if (password === null) return leave('it has no password');
    const known = await users.findByEmail(email);
    const twin = known?.email ?? emails.get(email.toLowerCase());
    if (twin !== undefined && twin !== email) return leave(`${twin} differs from it only in case`);
    emails.set(email.toLowerCase(), email);
    if (known && !(await passwords.verify(password, async () => known.passwordHash))) {
      return leave('a user with this email and another password exists');
    }
    if (known) {
      owners.set(email, { id: known.id });
      print(`user ${email}: here already`);
      return 'known';
    }
    const name = await freeName(given ?? email, email);
    print(`user ${email}: copied${name === given ? '' : `, named ${name}`}`);
    const add = async () => users.create({ email, name, passwordHash: await passwords.hash(password) });
    owners.set(email, { id: apply ? (await add()).id : undefined });
    return 'copied';
  };
  return { importUser, owners };
}
