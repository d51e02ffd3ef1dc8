import { DriftKind, exploreGuard, guardsOf } from './explore-guard';
import { Case, casesOf } from '../cases';
import { FILTERED } from '../resources';

const env = process.env;
const cases: Case[] = env.PAIR ? [...casesOf(FILTERED)] : casesOf(FILTERED).flatMap(([name, start, participants]) =>
  participants.filter(({ request }) => !request.isOvertaken && !request.isDeliveredTwice).map((one): Case => [`${name}: ${one.request.name}`, start, [one]]));
const seen = new Set<string>();
test('probe', async () => {
  let [total, ends] = [0, 0];
  for (const each of cases) {
    const key = JSON.stringify([each[1], each[2].map(({ resource, request }) => [resource, request.name, request.delivery])]);
    if (seen.has(key)) continue;
    seen.add(key);
    for (const guard of guardsOf(each, FILTERED)) {
      for (const kind of (env.KINDS ?? 'setting').split(',') as DriftKind[]) {
        if (kind !== 'setting' && each[2].some(({ request }) => request.isOvertaken || (request.name.startsWith('create') && !request.isDeliveredTwice))) continue;
        const began = Date.now();
        const found = await exploreGuard(each, guard, kind, FILTERED, { deaths: Number(env.DEATHS ?? 0), erasures: Number(env.ERASURES ?? 0), slowness: !!env.SLOW });
        total += found.states;
        ends += found.ends;
        process.stdout.write(`${each[0]} ${guard.resource.stack}${guard.isNew ? ' new' : ''} ${kind}: ${found.states} ${found.ends} ${Date.now() - began} ms ${found.broken.join('\n')}\n`);
      }
    }
  }
  process.stdout.write(`TOTAL ${total} ${ends}\n`);
}, 3_000_000);
