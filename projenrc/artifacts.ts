import { join, resolve } from 'node:path';

export const ROOT = resolve(__dirname, '..');
export const DIST = join(ROOT, 'dist');

/** What `npm run package` makes: for each language the files, below `dist`, that a registry or a user's tool takes. */
export function artifacts(version: string): string[] {
  const java = `java/io/github/cdk-ecr-tag-mutability/cdk-ecr-tag-mutability/${version}/cdk-ecr-tag-mutability-${version}`;
  return [
    `js/cdk-ecr-tag-mutability@${version}.jsii.tgz`,
    `python/cdk_ecr_tag_mutability-${version}-py3-none-any.whl`,
    `python/cdk_ecr_tag_mutability-${version}.tar.gz`,
    `${java}.jar`,
    `${java}.pom`,
    `${java}-sources.jar`,
    `${java}-javadoc.jar`,
    'go/cdkecrtagmutability/go.mod',
    'go/cdkecrtagmutability/ImageTagMutability.go',
    `go/cdkecrtagmutability/jsii/cdk-ecr-tag-mutability-${version}.tgz`,
    'dotnet/CdkEcrTagMutability/CdkEcrTagMutability.csproj',
    'dotnet/CdkEcrTagMutability/CdkEcrTagMutability/ImageTagMutability.cs',
    `dotnet/CdkEcrTagMutability/cdk-ecr-tag-mutability-${version}.tgz`,
  ];
}
