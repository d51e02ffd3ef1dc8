/** What the tests of a file, or of a describe, have in common: it is started before the first of them, and stopped after the last. */
export function shared<T extends { stop(): void }>(start: () => Promise<T>): () => T {
  let value: T | undefined;
  beforeAll(async () => {
    value = await start();
  }, 300_000);
  afterAll(() => value?.stop());
  return () => value!;
}
