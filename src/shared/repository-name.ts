const NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;

/**
 * Whether ECR takes it as the name of a repository.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_Repository.html
 */
export function isRepositoryName(name: string): boolean {
  return name.length >= 2 && name.length <= 256 && NAME.test(name);
}
