import { join } from 'node:path';
import { Command } from 'commander';
import * as exitCodes from '../../cli/exit-codes';
import { program } from '../../cli/program';
import { API_CALLS } from '../../lambda/ecr/ecr';
import { blocksOf, page, sectionOf } from '../docs/pages';
import { filesBelow } from '../support/files';
import { ROOT, readText } from '../support/project';

const PAGE = page('docs/command-line.md');
const COMMANDS = blocksOf(PAGE).filter(({ fence }) => fence === 'sh').flatMap(({ code }) => code.trim().split('\n'));

const done = async () => 0;
const commands = (): Command => program({ status: done, plan: done, release: done }, () => {});

/** As a shell reads it, up to `||`. */
const argumentsOf = (line: string): string[] => [...line.split(' || ')[0].matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain);

test.each(COMMANDS)('%s', async (line) => {
  const [npx, name, ...args] = argumentsOf(line);
  expect([npx, name]).toEqual(['npx', commands().name()]);
  await expect(commands().parseAsync(args, { from: 'user' })).resolves.toBeDefined();
});

test('every command and option is on the page', () => {
  const names = commands().commands.flatMap((command) => [command.name(), ...command.options.map(({ long }) => long!)]);
  expect(new Set(names).size).toBeGreaterThan(10);
  expect([...new Set(names)].filter((name) => !PAGE.text.includes(name))).toEqual([]);
});

test('the exit codes are those of the page', () => {
  const documented = [...PAGE.text.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
  expect(documented).toEqual(Object.values(exitCodes).toSorted((a, b) => a - b));
});

test('the permissions are those of the calls that it makes', () => {
  const sources = filesBelow(join(ROOT, 'cli'), '.ts').map((file) => readText(file.slice(ROOT.length + 1))).join('');
  const called = [...sources.matchAll(/calling\('([a-z]+:[A-Za-z]+)'/g)].map(([, call]) => call);
  const documented = [...sectionOf(PAGE, 'Permissions').matchAll(/`([a-z]+:[A-Za-z]+)`/g)].map(([, call]) => call);
  // `release` works by the function's own calls.
  expect(new Set(documented)).toEqual(new Set([...called, ...Object.values(API_CALLS).map((call) => `ecr:${call}`)]));
});

test('the page has at most 100 lines', () => {
  expect(PAGE.text.split('\n').length - 1).toBeLessThanOrEqual(100);
});
