import assert from 'node:assert/strict';
import { Ecr } from '../../lambda/ecr/ecr';
import { isMutability } from '../../src/shared/settings';

/** The options of the commands, and how many values each takes. */
const COMMANDS: Record<string, Record<string, 'one' | 'many'>> = {
  'put-image-tag-mutability': {
    '--region': 'one', '--registry-id': 'one', '--repository-name': 'one', '--image-tag-mutability': 'one', '--image-tag-mutability-exclusion-filters': 'many',
  },
  'untag-resource': { '--region': 'one', '--resource-arn': 'one', '--tag-keys': 'many' },
};

/** Runs a line of AWS CLI commands on a repository, as a shell and the AWS CLI read it. */
export async function runAwsCli(line: string, arn: string, ecr: Pick<Ecr, 'putSettings' | 'untag'>): Promise<void> {
  for (const command of line.split(' && ')) {
    const [program, service, name, ...words] = wordsOf(command);
    assert.deepEqual([program, service], ['aws', 'ecr']);
    const options = optionsOf(words, COMMANDS[name!] ?? assert.fail(`no command ${name}`));
    const [, , , region, account, resource] = arn.split(':');
    assert.deepEqual(options['--region'], [region]);
    if (name === 'untag-resource') {
      assert.deepEqual(options['--resource-arn'], [arn]);
      await ecr.untag(options['--tag-keys']!);
    } else {
      assert.deepEqual([options['--registry-id'], options['--repository-name']], [[account], [resource!.replace('repository/', '')]]);
      const [mutability] = options['--image-tag-mutability']!;
      assert.ok(isMutability(mutability));
      await ecr.putSettings({ mutability, filters: (options['--image-tag-mutability-exclusion-filters'] ?? []).map(filterOf) });
    }
  }
}

/** The words that a POSIX shell makes of a command. What a shell would take for a pattern, a variable or an operator must be quoted. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/(?:'[^']*'|[^\s'])+/g)].map(([word]) => {
    assert.doesNotMatch(word.replace(/'[^']*'/g, ''), /[*?[\]$`"\\&|;<>(){}!#~]/);
    return word.replaceAll('\'', '');
  });
}

function optionsOf(words: readonly string[], known: Record<string, 'one' | 'many'>): Record<string, string[] | undefined> {
  const options: Record<string, string[]> = {};
  let current = '';
  for (const word of words) {
    if (word.startsWith('--')) {
      assert.ok(known[word], `unknown option ${word}`);
      assert.ok(!options[word], `${word} twice`);
      options[current = word] = [];
    } else {
      options[current]!.push(word);
    }
  }
  for (const [option, values] of Object.entries(options)) {
    assert.ok(known[option] === 'one' ? values.length === 1 : values.length > 0, `${option} has ${values.length} values`);
  }
  return options;
}

/** The shorthand of a structure: `filterType=WILDCARD,filter=dev-*`. */
function filterOf(shorthand: string): string {
  const fields = Object.fromEntries(shorthand.split(',').map((field) => field.split('=')));
  assert.deepEqual(Object.keys(fields), ['filterType', 'filter']);
  assert.equal(fields.filterType, 'WILDCARD');
  return fields.filter;
}
