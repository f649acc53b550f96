import type { Passwords } from '../accounts/passwords.ts';
import type { FirstGenerationImport, OldUser } from '../ports/first-generation.ts';
import type { UserStore } from '../ports/users.ts';

export interface ImportUsersDependencies {
  users: UserStore;
  passwords: Passwords;
  firstGenerationImport: FirstGenerationImport;
  /** False: look at everything, change nothing. */
  apply: boolean;
  /** Gets one line for each row. */
  print: (line: string) => void;
}

/** What becomes of one row: copied, known from an earlier run, or left, with a line that says why. */
export type Fate = 'copied' | 'known' | 'left';

/** Users that are here, by the email of their tasks; the id is undefined where a dry run has not made them. */
export type Owners = ReadonlyMap<string, { id: number | undefined }>;

/** Moves users one after another, so that its passwords never fill their queue, and knows who came. */
export function createUserMove({
  users,
  passwords,
  firstGenerationImport,
  apply,
  print,
}: ImportUsersDependencies): {
  move: (user: OldUser) => Promise<Fate>;
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

  const move = async ({ email, name: given, password }: OldUser): Promise<Fate> => {
    const leave = (why: string): Fate => {
      print(`user ${email}: left, since ${why}`);
      return 'left';
    };
    if (password === null) return leave('it has no password');
    const known = await users.findByEmail(email);
    const twin = known?.email ?? emails.get(email.toLowerCase());
    if (twin !== undefined && twin !== email) return leave(`${twin} differs from it in nothing but case`);
    emails.set(email.toLowerCase(), email);
    if (known && !(await passwords.verify(password, async () => known.passwordHash))) {
      return leave('somebody signed up here with this email and another password');
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
  return { move, owners };
}
