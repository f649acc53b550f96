import type { InvitationStore } from '../ports/invitations.ts';
import { AppError } from '../runtime/errors.ts';
import { hashOfInvitation } from './invitations.ts';

/** The people who may sign up: everybody, those with an invitation, or nobody but administrators. */
export type Registration = 'open' | 'invite' | 'closed';

/** Decides who may have an account by a sign-up. All methods throw `sign_up_refused`. */
export interface Registrations {
  /**
   * Nobody proves an address by a sign-up, so an administrator's needs an invitation for exactly this address, whatever
   * the service allows to others.
   * @returns hash of the invitation that the new user uses up; undefined without one
   */
  admit(email: string, invitation: string | undefined): Promise<string | undefined>;
  /** Refuses an address of an administrator as the new one of an account. */
  mustNotBeReserved(email: string): void;
}

export interface RegistrationDependencies {
  registration: Registration;
  /** In lower case. */
  adminEmails: ReadonlySet<string>;
  invitations: Pick<InvitationStore, 'find'>;
}

export function createRegistrations(parts: RegistrationDependencies): Registrations {
  const { registration, adminEmails, invitations } = parts;
  const isReserved = (email: string) => adminEmails.has(email.toLowerCase());
  return {
    async admit(email, text) {
      const reserved = isReserved(email);
      if (registration === 'closed' && !reserved) throw refused('This service takes no new accounts.');
      if (text === undefined && reserved) throw refused(RESERVED);
      if (text === undefined && registration === 'invite')
        throw refused('This service takes new accounts only by invitation. Ask for a link.');
      if (text === undefined) return undefined;
      const hash = hashOfInvitation(text);
      const found = await invitations.find(hash, email);
      if (!found)
        throw refused('The invitation was used, is over, or is for another address. Ask for another.');
      if (reserved && found.email === null) throw refused(RESERVED);
      return hash;
    },
    mustNotBeReserved(email) {
      if (isReserved(email)) throw refused(RESERVED);
    },
  };
}

const RESERVED = 'This address needs an invitation of its own, which the operator makes.';

function refused(sentence: string): AppError {
  return new AppError('sign_up_refused', sentence);
}
