import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from './registry';
import type { Environment } from '../../support/emulators/environment';
import { shared } from '../shared';

const registry = shared(() => Registry.start());
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'credentials-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A person's environment: no credentials and no region but those of the profiles. */
function profiles(config: string): Environment {
  const file = join(folder, 'config');
  writeFileSync(file, config);
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_DEFAULT_REGION, ...env } = registry().env;
  return { ...env, AWS_CONFIG_FILE: file };
}

const PERSON = `
[profile person]
region = eu-west-1
aws_access_key_id = 111122223333
aws_secret_access_key = emulators
`;

const ADMIN = `
[profile admin]
region = eu-west-1
role_arn = arn:aws:iam::111122223333:role/admin
source_profile = person
`;

test('a profile has the region and the credentials, by an option or by the environment', async () => {
  const env = profiles(PERSON);
  expect(await registry().run(['status', '--profile', 'person'], env)).toMatchObject({ code: 0, stderr: '' });
  expect(await registry().run(['status'], { ...env, AWS_PROFILE: 'person' })).toMatchObject({ code: 0, stderr: '' });
});

test('a profile with a role takes it on', async () => {
  registry().aws.calls.length = 0;
  expect(await registry().run(['status', '--profile', 'admin'], profiles(PERSON + ADMIN))).toMatchObject({ code: 0, stderr: '' });
  expect(registry().aws.calls).toContain('AssumeRole');
});

test('a role that wants MFA: a terminal is asked for the code, and where there is none it says so', async () => {
  const env = profiles(`${PERSON}${ADMIN}mfa_serial = arn:aws:iam::111122223333:mfa/person\n`);
  const asked = await registry().runInTerminal(['status', '--profile', 'admin'], 120, '123456\n', env);
  expect([asked.code, asked.stdout]).toEqual([0, expect.stringContaining('MFA code of arn:aws:iam::111122223333:mfa/person: ')]);
  const { code, stderr } = await registry().run(['status', '--profile', 'admin'], env);
  expect([code, stderr.split('\n').length]).toEqual([1, 2]);
  expect(stderr).toContain('wants a code of the MFA device arn:aws:iam::111122223333:mfa/person, which only a terminal can ask for');
});

test('an SSO session that has ended: the line says how to sign in', async () => {
  const { code, stderr } = await registry().run(['status', '--profile', 'company'], profiles(`
[profile company]
region = eu-west-1
sso_session = company
sso_account_id = 111122223333
sso_role_name = developer

[sso-session company]
sso_region = eu-west-1
sso_start_url = https://company.example/start
`));
  expect([code, stderr.split('\n').length]).toEqual([1, 2]);
  expect(stderr).toMatch(/^error: profile company: no valid credentials \(The SSO session token associated with profile=\S+ was not found or is invalid.*aws sso login/);
});
