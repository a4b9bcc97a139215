//! What values come out of templates.

mod common;

use common::{resolved, shown};
use eyas_template::document::parse;
use eyas_template::inputs::Inputs;
use eyas_template::nested::NothingNearby;
use eyas_template::records::{records, resolve};
use eyas_template::template::recognise;

#[test]
fn intrinsics_resolve_to_what_deployment_would_see() {
    let text = r#"
Parameters:
  Env: { Type: String, Default: dev }
  Zones: { Type: CommaDelimitedList, Default: "a, b" }
  Secret: { Type: String, NoEcho: true }
Mappings:
  Sizes: { dev: { disk: 8 }, prod: { disk: 100 } }
Resources:
  A:
    Type: AWS::S3::Bucket
    Properties:
      Ref: !Ref Env
      List: !Ref Zones
      NoDefault: !Ref Secret
      Other: !Ref B
      Attribute: !GetAtt B.Arn
      Sub: !Sub "${Env}-${!Literal}-x"
      PartSub: !Sub "arn:${AWS::Partition}:s3:::${B}/*"
      SubMap: !Sub ["${x}/${Env}", { x: !Join ["-", [1, two]] }]
      Join: !Join [",", !Ref Zones]
      Split: !Split ["|", "a|b"]
      Select: !Select [1, !Split [",", "a,b,c"]]
      Mapped: !FindInMap [Sizes, !Ref Env, disk]
      Default: !FindInMap [Sizes, stage, disk, { DefaultValue: 5 }]
      Encoded: !Base64 hello
      Gone: !Ref AWS::NoValue
      Nets: !Cidr ["10.0.0.0/16", 2, 8]
      Length: { "Fn::Length": !Ref Zones }
      Json: { "Fn::ToJsonString": { a: [1, "x"] } }
      Imported: { "Fn::ImportValue": shared }
      Odd: { "Fn::Nope": 1 }
  B: { Type: AWS::SNS::Topic }
"#;
    insta::assert_snapshot!(
        resolved(text, &Inputs::default())
            .replace("\" ", "\"\n  ")
            .replace("> ", ">\n  ")
            .replace("] ", "]\n  ")
    );
}

#[test]
fn each_reachable_combination_is_one_variant() {
    let text = r#"
Parameters:
  Env: { Type: String, Default: dev }
  Key: { Type: String, Default: "" }
Conditions:
  Prod: !Equals [!Ref Env, prod]
  Test: !Equals [!Ref Env, test]
  HasKey: !Not [!Equals [!Ref Key, ""]]
  Both: !And [!Condition Prod, !Condition HasKey]
Resources:
  OnlyProd:
    Type: AWS::S3::Bucket
    Condition: Prod
    Properties: { Name: !Ref Env }
  Exclusive:
    Type: AWS::S3::Bucket
    Properties: { P: !If [Prod, 1, 0], T: !If [Test, 1, 0] }
  Same:
    Type: AWS::S3::Bucket
    Properties: { P: !If [Prod, x, x] }
  Chained:
    Type: AWS::S3::Bucket
    Properties: { K: !If [Both, !Ref Key, !Ref AWS::NoValue] }
"#;
    insta::assert_snapshot!(resolved(text, &Inputs::default()));
    let inputs = Inputs { parameters: [("Env".to_owned(), "prod".into())].into(), ..Inputs::default() };
    insta::assert_snapshot!("given", resolved(text, &inputs));
}

#[test]
fn too_many_combinations_are_unknown_not_endless() {
    let mut text = String::from("Conditions:\n");
    for i in 0..40 {
        text.push_str(&format!("  C{i}: !Equals [!ImportValue x{i}, y]\n"));
    }
    text.push_str("Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Properties:\n");
    for i in 0..40 {
        text.push_str(&format!("      P{i}: !If [C{i}, 1, 2]\n"));
    }
    let document = parse(&text).expect("YAML");
    let template = recognise(&document).expect("a template");
    let records = records(&template, &Inputs::default());
    assert!(records[0].exhausted);
    // Each condition both ways, the rest false; and one in which nothing is settled.
    assert_eq!(records[0].variants.len(), 42);
    let roots: Vec<String> = records[0].variants.iter().map(|variant| shown(&variant.root)).collect();
    for i in 0..40 {
        assert!(roots.iter().any(|root| root.contains(&format!("P{i}: 1"))));
    }
    assert!(roots[41].contains("condition `C0` cannot be told"));
}

/// What would take forever to try is bounded.
#[test]
fn conditions_that_ask_for_each_other_are_bounded() {
    let mut text =
        String::from("Conditions:\n  A: !And [!Condition B, !Condition B]\n  B: !Not [!Condition A]\n");
    text.push_str("  C0: !Equals [!Ref AWS::Region, x]\n");
    for i in 1..100 {
        text.push_str(&format!("  C{i}: !And [!Condition C{0}, !Condition C{0}]\n", i - 1));
    }
    text.push_str("Resources:\n");
    for i in 0..50 {
        text.push_str(&format!(
            "  R{i}: {{ Type: T::T::T, Properties: {{ A: !If [A, 1, 2], C: !If [C99, 1, 2] }} }}\n"
        ));
    }
    let document = parse(&text).expect("YAML");
    let template = recognise(&document).expect("a template");
    assert!(records(&template, &Inputs::default()).iter().all(|record| record.variants.len() <= 4));
}

#[test]
fn too_many_rounds_are_bounded_and_told() {
    let text = r#"
Parameters:
  Ten: { Type: CommaDelimitedList, Default: "0,1,2,3,4,5,6,7,8,9" }
Resources:
  Fn::ForEach::A:
    - A
    - !Ref Ten
    - Fn::ForEach::B:
        - B
        - !Ref Ten
        - Fn::ForEach::C:
            - C
            - !Ref Ten
            - Fn::ForEach::D:
                - D
                - !Ref Ten
                - "T${A}${B}${C}${D}": { Type: AWS::SNS::Topic }
"#;
    let document = parse(text).expect("YAML");
    let template = recognise(&document).expect("a template");
    let resolved = resolve(&template, &Inputs::default(), &NothingNearby);
    assert!((500..1_000).contains(&resolved.records.len()));
    let notes: Vec<&str> = resolved.notes.iter().map(|note| note.message.as_str()).collect();
    assert_eq!(notes, ["`Fn::ForEach::B` makes too much: 1000 rounds are looked at"]);
}

#[test]
fn parameter_files_come_in_several_shapes() {
    let files = [
        r#"[{"ParameterKey": "A", "ParameterValue": "x"}, {"ParameterKey": "B", "ParameterValue": "1,2"}]"#,
        r#"{"Parameters": {"A": "x", "B": "1,2"}, "Tags": {"t": "u"}}"#,
        "A: x\nB: [1, 2]\n",
    ];
    for file in files {
        let mut inputs = Inputs::default();
        inputs.add_file(&parse(file).expect("a file").root).expect("parameters");
        let found: Vec<(&str, &str)> =
            inputs.parameters.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(found, [("A", "x"), ("B", "1,2")], "{file}");
    }
    for file in ["[1]", "3", "{\"Parameters\": {\"A\": {}}}"] {
        let mut inputs = Inputs::default();
        assert!(inputs.add_file(&parse(file).expect("a file").root).is_err(), "{file}");
    }
}

#[test]
fn what_the_parameter_store_holds_is_not_known() {
    let text = "
Parameters:
  Image: { Type: AWS::SSM::Parameter::Value<String>, Default: /images/latest }
  Name: { Type: AWS::SSM::Parameter::Name, Default: /images/latest }
Resources:
  A: { Type: T::T::T, Properties: { Image: !Ref Image, Name: !Ref Name } }
";
    let given = Inputs { parameters: [("Image".to_owned(), "/mine".into())].into(), ..Inputs::default() };
    for inputs in [Inputs::default(), given] {
        assert_eq!(
            resolved(text, &inputs),
            "A [] Image=<parameter `Image` is read from the parameter store> Name=\"/images/latest\"\n"
        );
    }
}

#[test]
fn texts_that_grow_are_bounded() {
    let long = "x".repeat(500_000);
    let many = vec!["!Ref P"; 500].join(", ");
    let mut nested = "!Ref P".to_owned();
    for _ in 0..40 {
        nested = format!("{{ \"Fn::Base64\": {nested} }}");
    }
    let text = format!(
        "Parameters:\n  P: {{ Type: String, Default: {long} }}\nResources:\n  A:\n    Type: T::T::T\n    Properties:\n      Joined: !Join ['', [{many}]]\n  B:\n    Type: T::T::T\n    Properties:\n      Encoded: {nested}\n"
    );
    let document = parse(&text).expect("YAML");
    let template = recognise(&document).expect("a template");
    let resolved = resolve(&template, &Inputs::default(), &NothingNearby);
    let roots: Vec<String> = resolved.records.iter().map(|record| shown(&record.variants[0].root)).collect();
    assert!(roots[0].contains("Joined: <the text is too long to put together>"));
    assert!(roots[1].contains("Encoded: <there is too much in the template to resolve it>"));
    assert_eq!(resolved.notes.len(), 1);
}

#[test]
fn too_many_resources_are_bounded_and_told() {
    let resources: String = (0..2_500).map(|i| format!("  R{i}: {{ Type: T::T::T }}\n")).collect();
    let text = format!("Resources:\n{resources}");
    let document = parse(&text).expect("YAML");
    let template = recognise(&document).expect("a template");
    let resolved = resolve(&template, &Inputs::default(), &NothingNearby);
    assert_eq!(resolved.records.len(), 1_000);
    assert_eq!(resolved.notes[0].message, "of 2500 resources only the first 1000 are looked at");
}
