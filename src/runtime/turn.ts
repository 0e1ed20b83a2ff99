/** Lets everything that can go on now go on first: for gathering what is asked in the same moment. Takes no time. */
export async function turn(): Promise<void> {
  await new Promise<void>(resolve => setImmediate(resolve));
}
