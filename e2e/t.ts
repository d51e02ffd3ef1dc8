import { CreateRepositoryCommand } from '@aws-sdk/client-ecr';
import { Repository, TagMutability } from 'aws-cdk-lib/aws-ecr';
import { ImageTagMutability } from '../src';
import { startEmulators } from './emulators';
import { createStack, deleteStack, updateStack } from './emulators/cloudformation';
import { recordOf, settingsOf } from './emulators/ecr';
import { publishedTemplate } from './emulators/template';
(async () => {
  const e = await startEmulators({ ministackEnv: process.env.AUTH ? { AUTH: 'true' } : {} });
  try {
    const ecr = e.ecr();
    await ecr.send(new CreateRepositoryCommand({ repositoryName: 'team-a/api' }));
    const t = (name: string, m: TagMutability) => publishedTemplate(e, 'S', (s) => { new ImageTagMutability(s, 'X', { repository: Repository.fromRepositoryName(s, 'R', name), imageTagMutability: m }); });
    console.time('publish'); const t1 = await t('team-a/api', TagMutability.IMMUTABLE); console.timeEnd('publish');
    console.time('create'); const id = await createStack(e.cloudFormation, 'S', t1); console.timeEnd('create');
    console.log(await settingsOf(ecr, 'team-a/api'), await recordOf(ecr, 'team-a/api'));
    console.time('bad'); await updateStack(e.cloudFormation, id, await t('team-z/none', TagMutability.IMMUTABLE)).catch((x) => console.log(x.message)); console.timeEnd('bad');
    await updateStack(e.cloudFormation, id, await t('team-a/api', TagMutability.MUTABLE)).catch((x) => console.log(x.message));
    console.log(await settingsOf(ecr, 'team-a/api'), await recordOf(ecr, 'team-a/api'));
    console.time('delete'); await deleteStack(e.cloudFormation, id); console.timeEnd('delete');
    console.log(await settingsOf(ecr, 'team-a/api'), await recordOf(ecr, 'team-a/api'));
  } finally { e.stop(); }
})();
