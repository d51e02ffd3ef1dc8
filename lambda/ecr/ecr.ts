import { Settings } from '../../src/shared/settings';

export type Tags = ReadonlyMap<string, string>;

/** What this library asks of ECR, for one repository. */
export interface Ecr {
  readSettings(): Promise<Settings>;
  readTags(): Promise<Tags>;
  putSettings(settings: Settings): Promise<void>;
  tag(tags: Tags): Promise<void>;
  untag(keys: readonly string[]): Promise<void>;
}

/** The API call behind each of them, as permissions and messages name it. */
export const API_CALLS = {
  readSettings: 'DescribeRepositories',
  readTags: 'ListTagsForResource',
  putSettings: 'PutImageTagMutability',
  tag: 'TagResource',
  untag: 'UntagResource',
} as const satisfies Record<keyof Ecr, string>;
