//! Nested stacks whose templates lie near.

mod common;

use std::collections::HashMap;

use common::told;
use eyas_template::inputs::Inputs;
use eyas_template::nested::Nearby;

struct Files(HashMap<&'static str, &'static str>);

impl Nearby for Files {
    fn read(&self, path: &str) -> Option<String> {
        self.0.get(path).map(ToString::to_string)
    }
}

const PARENT: &str = r"
Parameters:
  Env: { Type: String, Default: dev }
Resources:
  App:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: ./stacks/app.yaml
      Parameters:
        Vpc: !GetAtt Network.Outputs.Cidr
        Topic: !Ref Topic
        Env: !Ref Env
        Sizes: [1, 2]
  Network:
    Type: AWS::CloudFormation::Stack
    Properties: { TemplateURL: stacks/network.yaml }
  Away:
    Type: AWS::CloudFormation::Stack
    Properties: { TemplateURL: https://example.com/x.yaml }
  Lost:
    Type: AWS::CloudFormation::Stack
    Properties: { TemplateURL: lost.yaml }
  Topic: { Type: AWS::SNS::Topic, Properties: { DisplayName: !GetAtt App.Outputs.Queue } }
";

const APP: &str = r"
Parameters:
  Vpc: { Type: String }
  Topic: { Type: String }
  Env: { Type: String, Default: prod }
  Sizes: { Type: CommaDelimitedList }
Conditions:
  Prod: !Equals [!Ref Env, prod]
Resources:
  Again:
    Type: AWS::CloudFormation::Stack
    Properties: { TemplateURL: ../stacks/app.yaml }
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      Vpc: !Ref Vpc
      Topic: !Ref Topic
      Env: !Ref Env
      Sizes: !Ref Sizes
      Prod: !If [Prod, yes, no]
Outputs:
  Queue: { Value: !GetAtt Queue.Arn }
";

const NETWORK: &str = r#"
Resources:
  Vpc: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }
Outputs:
  Cidr: { Value: 10.0.0.0/16 }
"#;

#[test]
fn values_go_down_and_outputs_come_up() {
    let files = Files([("stacks/app.yaml", APP), ("stacks/network.yaml", NETWORK)].into());
    insta::assert_snapshot!(told(PARENT, &Inputs::default(), &files));
}

#[test]
fn a_family_without_end_is_bounded() {
    struct Endless;
    impl Nearby for Endless {
        fn read(&self, path: &str) -> Option<String> {
            let child = format!("{}x.yaml", path.trim_end_matches(".yaml"));
            let stack = |i: usize| {
                format!(
                    "  S{i}: {{ Type: AWS::CloudFormation::Stack, Properties: {{ TemplateURL: {i}{child} }} }}\n"
                )
            };
            Some(format!("Resources:\n{}", (0..10).map(stack).collect::<String>()))
        }
    }
    let text = "Resources:\n  S: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: a.yaml } }\n";
    let told = told(text, &Inputs::default(), &Endless);
    assert_eq!(told.lines().filter(|line| line.trim_start().starts_with("nested stack S")).count(), 64);
}
