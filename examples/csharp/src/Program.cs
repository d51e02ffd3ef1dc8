using Amazon.CDK;
using Example;

var app = new App();

new TagMutabilityStack(app, "TagMutability", new StackProps
{
    Description = "Which image tags may be pushed again",
    Env = new Environment
    {
        Account = System.Environment.GetEnvironmentVariable("CDK_DEFAULT_ACCOUNT"),
        Region = System.Environment.GetEnvironmentVariable("CDK_DEFAULT_REGION"),
    },
});

app.Synth();
