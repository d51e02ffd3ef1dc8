from aws_cdk import DefaultStackSynthesizer, Stack
from aws_cdk.aws_ecr import ImageTagMutabilityExclusionFilter, Repository, TagMutability
from cdk_ecr_tag_mutability import ImageTagMutability, RegistryImageTagMutability
from constructs import Construct


class TagMutabilityStack(Stack):
    """Settings of repositories that this stack does not create. What they were before comes back when the stack goes."""

    def __init__(self, scope: Construct, construct_id: str, **kwargs) -> None:
        super().__init__(scope, construct_id, **kwargs)

        # A release stays what it was; the tags that are meant to move are listed in cdk.json (or given by -c movingTags=...).
        moving_tags: str = self.node.try_get_context("movingTags")
        ImageTagMutability(
            self,
            "Api",
            repository=Repository.from_repository_name(self, "ApiRepository", "team-a/api"),
            image_tag_mutability=TagMutability.IMMUTABLE_WITH_EXCLUSION,
            image_tag_mutability_exclusion_filters=[
                ImageTagMutabilityExclusionFilter.wildcard(tag) for tag in moving_tags.split(",")
            ],
        )

        # Anything may be pushed again while a team tries things out, but not its releases.
        ImageTagMutability(
            self,
            "Web",
            repository=Repository.from_repository_name(self, "WebRepository", "team-b/web"),
            image_tag_mutability=TagMutability.MUTABLE_WITH_EXCLUSION,
            image_tag_mutability_exclusion_filters=[ImageTagMutabilityExclusionFilter.wildcard("release-*")],
        )

        # No tag may be pushed again, whatever was excluded before.
        ImageTagMutability(
            self,
            "Worker",
            repository=Repository.from_repository_name(self, "WorkerRepository", "team-c/worker"),
            image_tag_mutability=TagMutability.IMMUTABLE,
        )

        # `cdk bootstrap` makes this repository immutable: a build cache kept there needs its tag excluded.
        container_assets = f"cdk-{DefaultStackSynthesizer.DEFAULT_QUALIFIER}-container-assets-{self.account}-{self.region}"
        ImageTagMutability(
            self,
            "ContainerAssets",
            repository=Repository.from_repository_name(self, "ContainerAssetsRepository", container_assets),
            image_tag_mutability=TagMutability.IMMUTABLE_WITH_EXCLUSION,
            image_tag_mutability_exclusion_filters=[ImageTagMutabilityExclusionFilter.wildcard("buildcache")],
        )

        # All repositories of a team but its caches, also those that it creates later: no tag may be pushed again.
        RegistryImageTagMutability(
            self,
            "TeamD",
            repository_filters=["team-d/*"],
            exclude_repository_filters=["*-cache"],
            image_tag_mutability=TagMutability.IMMUTABLE,
        )
