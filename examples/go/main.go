package main

import (
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

func main() {
	defer jsii.Close()

	app := awscdk.NewApp(nil)

	NewTagMutabilityStack(app, "TagMutability", &awscdk.StackProps{
		Description: jsii.String("Which image tags may be pushed again"),
		Env: &awscdk.Environment{
			Account: fromEnvironment("CDK_DEFAULT_ACCOUNT"),
			Region:  fromEnvironment("CDK_DEFAULT_REGION"),
		},
	})

	app.Synth(nil)
}

// The CDK CLI sets these variables where it has credentials.
func fromEnvironment(name string) *string {
	if value, found := os.LookupEnv(name); found {
		return &value
	}
	return nil
}
