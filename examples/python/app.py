import os

from aws_cdk import App, Environment

from tag_mutability.tag_mutability_stack import TagMutabilityStack

app = App()

TagMutabilityStack(
    app,
    "TagMutability",
    description="Which image tags may be pushed again",
    env=Environment(account=os.getenv("CDK_DEFAULT_ACCOUNT"), region=os.getenv("CDK_DEFAULT_REGION")),
)

app.synth()
