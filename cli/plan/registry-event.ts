/** What CloudTrail tells of a repository's tags. */
export type RegistryEvent = Push | Deletion;

interface AnyEvent {
  readonly id: string;
  /** In ms. CloudTrail gives whole seconds. */
  readonly time: number;
  readonly repositoryArn: string;
  /** The call failed, or did not do all that was asked: what it changed is not known. */
  readonly failed: boolean;
}

export interface Push extends AnyEvent {
  readonly kind: 'push';
  readonly tag: string;
  readonly digest?: string;
  /** Who pushed: a role, a user or a service. */
  readonly by: string;
}

export interface Deletion extends AnyEvent {
  readonly kind: 'deletion';
  /** Tags that were deleted, and images that were deleted with all their tags. */
  readonly images: 'all' | { readonly tags: readonly string[]; readonly digests: readonly string[] };
}
