/** What the store promises, whichever database is below. */
import { afterEach, beforeEach, describe } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { calendarSuite } from './calendar-suite.ts';
import { copySuite } from './copy-suite.ts';
import { mailSuite } from './mail-suite.ts';
import { replySuite } from './reply-suite.ts';
import { scheduleSuite } from './schedule-suite.ts';
import { transactionSuite } from './transaction-suite.ts';

/** The store of the test that runs. */
export type Subject = { store: Store; url: string };

/**
 * @param fresh gives the address of an empty store
 * @param shared whether a second process can open that address
 */
export function storeSuite(name: string, fresh: () => Promise<string>, shared: boolean): void {
  describe(name, () => {
    const subject = {} as Subject;
    beforeEach(async () => {
      subject.url = await fresh();
      subject.store = await openStore(subject.url);
    });
    afterEach(async () => {
      await subject.store[Symbol.asyncDispose]();
    });
    transactionSuite(subject, shared);
    scheduleSuite(subject);
    calendarSuite(subject);
    copySuite(subject);
    mailSuite(subject);
    replySuite(subject);
  });
}
