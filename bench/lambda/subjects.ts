import { copyFileSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BuildOptions, buildSync } from 'esbuild';
import { BUNDLE } from '../../projenrc/bundle';
import { OUT, PROJECT } from '../compile';

/** A Lambda function that sets a repository's mutability for CloudFormation. */
export interface Subject {
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
  /** How an event for it says what to set. */
  readonly properties: (repository: string, mutability: string) => object;
}

const declaration = (repository: string, mutability: string) => ({
  RepositoryArn: arnOf(repository),
  ImageTagMutability: mutability,
  ...mutability.endsWith('_WITH_EXCLUSION') && {
    ImageTagMutabilityExclusionFilters: [{ ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: 'latest' }],
  },
});

/** As `AwsCustomResource` renders its calls. */
const awsCustomResource = (repositoryName: string, imageTagMutability: string) => {
  const call = (mutability: string) => JSON.stringify({
    service: 'ECR',
    action: 'putImageTagMutability',
    parameters: {
      repositoryName,
      imageTagMutability: mutability,
      ...mutability.endsWith('_WITH_EXCLUSION') && { imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'latest' }] },
    },
    physicalResourceId: { id: repositoryName },
  });
  return { Create: call(imageTagMutability), Update: call(imageTagMutability), Delete: call('MUTABLE'), InstallLatestAwsSdk: 'false' };
};

export const REGION = 'eu-west-1';
export const arnOf = (repository: string) => `arn:aws:ecr:${REGION}:111122223333:repository/${repository}`;

export function subjects(): Subject[] {
  return [
    { ...existing('cdk-ecr-tag-mutability', join(PROJECT, 'lib/handler/index.js')), properties: declaration },
    { ...bundled('the same, bundled plainly', {}), properties: declaration },
    // Its SDK is found beside aws-cdk-lib, as on Lambda in the runtime: each package as it is published.
    { ...existing('AwsCustomResource', awsCustomResourceHandler()), properties: awsCustomResource },
  ];
}

/** The handler as its bundle was before what a Lambda does not need was left out. */
export function formerly(): Subject {
  const { mainFields, legalComments } = BUNDLE;
  return { ...bundled('before', { mainFields, legalComments }), properties: declaration };
}

function bundled(name: string, options: Pick<BuildOptions, 'mainFields' | 'legalComments'>) {
  const outfile = join(OUT, name.replace(/\W+/g, '-'), 'index.js');
  const { external, bundle, platform, target, minify } = BUNDLE;
  buildSync({ entryPoints: ['lambda/index.ts'], external, bundle, platform, target, minify, ...options, outfile, absWorkingDir: PROJECT });
  return existing(name, outfile);
}

function existing(name: string, file: string) {
  return { name, file, bytes: statSync(file).size };
}

function awsCustomResourceHandler(): string {
  const library = dirname(require.resolve('aws-cdk-lib/package.json'));
  const file = join(OUT, 'aws-custom-resource/index.js');
  mkdirSync(dirname(file), { recursive: true });
  copyFileSync(join(library, 'custom-resource-handlers/dist/custom-resources/aws-custom-resource-handler/index.js'), file);
  return file;
}
