/** A process of its own: counts up in the store at an address. Used by the tests of two processes on one store. */
import { openStore } from '../../src/store/open.ts';
import { countUp } from './count-up.ts';

const [url = '', times = '0'] = process.argv.slice(2);
await using store = await openStore(url);
await countUp(store, Number(times));
