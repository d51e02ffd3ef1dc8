import { EventPage, HistoryQuery, LookUp, readEventHistory } from '../../../cli/aws/event-history';
import { CommandLineError } from '../../../cli/errors';
import { FakeClock } from '../../support/fake-ecr';

const NOW = 1_000_000_000;
const SECOND = 1_000;

/** Events by name and by how many seconds they are old, newest first; so many a page. */
function history(eventsOf: Record<string, number[]>, pageSize: number) {
  const calls: string[] = [];
  const lookUp: LookUp = async (name, _since, _until, nextToken): Promise<EventPage> => {
    const start = Number(nextToken ?? 0);
    calls.push(`${name} ${start}`);
    const end = start + pageSize;
    return {
      events: (eventsOf[name] ?? []).slice(start, end).map((age) => ({ time: NOW - age * SECOND, json: `${name} ${age}` })),
      nextToken: end < (eventsOf[name] ?? []).length ? String(end) : undefined,
    };
  };
  return { calls, lookUp };
}

const query = (more: Partial<HistoryQuery> = {}): HistoryQuery =>
  ({ eventNames: ['put', 'delete'], since: NOW - 1_000 * SECOND, until: NOW, signal: new AbortController().signal, onProgress: () => {}, ...more });

test('all pages of all names are read, and the whole time is known then', async () => {
  const { lookUp } = history({ put: [1, 2, 3, 4, 5], delete: [2, 900] }, 2);
  const { events, seenSince, problem } = await readEventHistory(lookUp, query(), new FakeClock());
  expect(events.toSorted()).toEqual(['delete 2', 'delete 900', 'put 1', 'put 2', 'put 3', 'put 4', 'put 5']);
  expect([seenSince, problem]).toEqual([NOW - 1_000 * SECOND, undefined]);
});

test('the name that is known the least far back is next', async () => {
  const { calls, lookUp } = history({ put: [2, 3, 4, 5], delete: [2, 50, 60] }, 1);
  await readEventHistory(lookUp, query(), new FakeClock());
  expect(calls).toEqual(['put 0', 'delete 0', 'put 1', 'delete 1', 'put 2', 'put 3', 'delete 2']);
});

test('no more than two calls a second', async () => {
  const clock = new FakeClock();
  const times: number[] = [];
  const { lookUp } = history({ put: [1, 2, 3] }, 1);
  await readEventHistory((...args) => {
    times.push(clock.now());
    return lookUp(...args);
  }, query(), clock);
  expect(times.map((time) => time - times[0])).toEqual([0, 500, 1000, 1500]);
});

test('interrupted, it gives what all names are known for, and says since when', async () => {
  const controller = new AbortController();
  const { lookUp } = history({ put: [1, 2, 30, 40, 50, 60], delete: [5, 100] }, 2);
  const seen: number[] = [];
  const onProgress = (seenSince: number) => {
    seen.push((NOW - seenSince) / SECOND);
    if (seen.length === 3) controller.abort();
  };
  const { events, seenSince } = await readEventHistory(lookUp, query({ signal: controller.signal, onProgress }), new FakeClock());
  // The pages of the deletions ended with the first. Of the pushes two pages are read, and the second that ends them may have more events.
  expect(seen).toEqual([0, 1, 39]);
  expect([events.toSorted(), (NOW - seenSince) / SECOND]).toEqual([['delete 5', 'put 1', 'put 2', 'put 30'], 39]);
});

test('a call that fails ends it likewise', async () => {
  const { lookUp } = history({ put: [1, 2, 30, 40] }, 2);
  const failing: LookUp = (name, since, until, nextToken) => nextToken ? Promise.reject(new CommandLineError('denied')) : lookUp(name, since, until, nextToken);
  const { events, seenSince, problem } = await readEventHistory(failing, query(), new FakeClock());
  expect([events, (NOW - seenSince) / SECOND, problem]).toEqual([['put 1'], 1, 'denied']);
});

test('an error of the program is no failed call', async () => {
  await expect(readEventHistory(() => Promise.reject(new TypeError('a bug')), query(), new FakeClock())).rejects.toThrow('a bug');
});

test('an empty page with another one behind it is not the end', async () => {
  const pages: EventPage[] = [{ events: [], nextToken: 'more' }, { events: [{ time: NOW - SECOND, json: 'late' }] }];
  const { events } = await readEventHistory(async () => pages.shift()!, query({ eventNames: ['put'] }), new FakeClock());
  expect(events).toEqual(['late']);
});
