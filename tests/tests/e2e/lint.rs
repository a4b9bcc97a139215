//! `eyas lint`

use eyas_tests::{Place, corpus};

/// One rule over volumes that can mend what it finds, and one that looks at other resources.
const RULES: &str = r#"
package own

## A volume is not encrypted.
rule unencrypted on AWS::EC2::Volume {
  severity: high
  when:     not Encrypted = true
  message:  "volume {id} is not encrypted"
  fix:      "Encrypt it."
  set Encrypted = true
}

## A bucket has no policy.
rule without_policy on AWS::S3::Bucket {
  severity: low
  when:     no p in resources(AWS::S3::BucketPolicy) (p.Bucket refers_to self)
  message:  "no policy is attached to {id}"
}
"#;

const APP: &str = "\
Parameters:
  Secure: { Type: String, AllowedValues: ['true', 'false'] }
Conditions:
  Prod: !Equals [!Ref Secure, 'true']
Resources:
  Data:
    Type: AWS::EC2::Volume
    Properties:
      Size: 8
      Encrypted: !If [Prod, true, false]
  Plain:
    Type: AWS::EC2::Volume
    Properties:
      Size: 8 # GiB
  Hidden:
    Type: AWS::EC2::Volume
    Properties:
      Encrypted: !Ref Secure
  Told:
    Type: AWS::EC2::Volume
    Properties:
      # eyas:ignore own.unencrypted reason=\"scratch space\"
      Encrypted: false
";

fn place() -> Place {
    let place = Place::new();
    place.file("own.eyas", RULES).file("app.yaml", APP);
    place
}

#[test]
fn findings_tell_where_and_under_which_condition() {
    insta::assert_snapshot!(place().eyas("lint app.yaml --rules own.eyas").shown());
}

#[test]
fn parameters_settle_what_is_unknown() {
    let place = place();
    place.file("list.json", r#"[{"ParameterKey": "Secure", "ParameterValue": "true"}]"#);
    place.file("map.json", r#"{"Parameters": {"Secure": "true"}}"#);
    let subjects = |line: &str| -> Vec<String> {
        let found = place.eyas(line).json_lines();
        let text =
            |f: &serde_json::Value| format!("{} {}", f["subject"]["id"], f["outcome"]).replace('"', "");
        found.iter().filter(|f| f["ignored"].is_null()).map(text).collect()
    };
    for given in ["--parameters list.json", "--parameters map.json", "--parameter Secure=true"] {
        let line = format!("lint app.yaml --rules own.eyas -f jsonl {given}");
        assert_eq!(subjects(&line), ["Plain violation"], "{given}");
    }
    // The command line wins over files.
    assert_eq!(
        subjects("lint app.yaml --rules own.eyas -f jsonl --parameters map.json --parameter Secure=false"),
        ["Data violation", "Plain violation", "Hidden violation"]
    );
    // So do flags over the configuration.
    place.file("false.json", r#"{"Secure": "false"}"#);
    place.file("eyas.toml", "[lint]\nparameters = [\"map.json\"]\nregion = \"eu-west-1\"\naccount = \"1\"\n");
    insta::assert_snapshot!(place.eyas("lint app.yaml").shown());
    place.file("eyas.toml", "[lint]\nparameters = [\"map.json\"]\nregion = \"eu-west-1\"\n");
    assert_eq!(subjects("lint app.yaml --rules own.eyas -f jsonl"), ["Plain violation"]);
    assert_eq!(subjects("lint app.yaml --rules own.eyas -f jsonl --parameters false.json").len(), 3);
}

#[test]
fn a_parameter_file_of_another_shape_is_a_usage_error() {
    let place = place();
    place.file("p.json", "[1]").file("q.json", "{\"A\": ");
    insta::assert_snapshot!(place.eyas("lint app.yaml --parameters p.json").shown());
    assert_eq!(place.eyas("lint app.yaml --parameters q.json").code(), 2);
    assert_eq!(place.eyas("lint app.yaml --parameters none.json").code(), 2);
    assert_eq!(place.eyas("lint app.yaml --parameter Secure").code(), 2);
}

#[test]
fn a_bad_file_does_not_keep_others_from_being_judged() {
    let place = place();
    place
        .file("t/a.yaml", "Resources:\n  A:\n\tType: AWS::EC2::Volume\n")
        .file("t/b.yaml", "Resources:\n  B:\n    Type: AWS::EC2::Volume\n")
        .file("t/c.json", "{\"Resources\": {\"C\": {\"Type\": \"AWS::EC2::Volume\"}")
        .file("t/d.json", "{\"name\": \"no template\"}")
        .file("t/e.bin", [0u8, 159, 146, 150])
        .file("t/.hidden/f.yaml", "Resources:\n  F:\n    Type: AWS::EC2::Volume\n");
    insta::assert_snapshot!(place.eyas("lint t --rules own.eyas").shown());
    assert_eq!(place.eyas("lint t --rules own.eyas --strict-unknown").code(), 4);
}

#[test]
fn a_named_file_that_is_no_template_is_said_so() {
    let place = place();
    place.file("x.json", "{\"name\": \"no template\"}");
    insta::assert_snapshot!(place.eyas("lint x.json --rules own.eyas").shown());
    assert_eq!(place.eyas("lint x.json").code(), 4);
    assert_eq!(place.eyas("lint x.json --skip-non-templates").code(), 0);
    assert_eq!(place.eyas("lint gone.yaml").code(), 4);
}

#[test]
fn paths_come_from_a_list() {
    let place = place();
    place.file("notes.md", "# Resources").file("list", "app.yaml\nnotes.md\ndeleted.yaml\n");
    let from_file = place.eyas("lint --rules own.eyas -f jsonl --files-from list").json_lines();
    let from_stdin =
        place.eyas_with("lint --rules own.eyas -f jsonl --files-from -", place.read("list")).json_lines();
    assert_eq!(from_file, from_stdin);
    assert!(!from_file.is_empty());
    assert_eq!(place.eyas_with("lint --files-from -", "").code(), 0);
    assert_eq!(place.eyas("lint --files-from nowhere").code(), 2);
}

#[test]
fn standard_input_is_a_template() {
    let ran = place().eyas_with("lint - --rules own.eyas -q", APP);
    insta::assert_snapshot!(ran.shown());
}

#[test]
fn fixes_are_shown_and_made() {
    let place = place();
    insta::assert_snapshot!(place.eyas("lint app.yaml --rules own.eyas --fix --dry-run -q").shown());
    assert_eq!(place.read("app.yaml"), APP);
    place.eyas("lint app.yaml --rules own.eyas --fix -q");
    let wanted = APP.replace("Size: 8 # GiB\n", "Size: 8 # GiB\n      Encrypted: true\n");
    assert_eq!(place.read("app.yaml"), wanted);
    assert_eq!(place.eyas_with("lint - --fix", APP).code(), 2);
}

#[test]
fn a_template_is_judged_in_whatever_encoding_it_is() {
    let place = Place::new();
    let text = "Resources:\n  V:\n    Type: AWS::EC2::Volume\n";
    let wide: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    place.file("plain.yaml", text).file("wide.yaml", wide);
    place.file("escaped.yaml", text.replace("AWS::EC2::Volume", r#""AWS\u003a\u003aEC2::Volume""#));
    let rules = |name: &str| -> Vec<String> {
        let found = place.eyas(&format!("lint {name} -f jsonl")).json_lines();
        found.iter().map(|f| f["rule"]["id"].to_string()).collect()
    };
    assert!(rules("plain.yaml").contains(&"\"aws.ec2.volume_unencrypted\"".to_owned()));
    assert_eq!(rules("wide.yaml"), rules("plain.yaml"));
    assert_eq!(rules("escaped.yaml"), rules("plain.yaml"));
}

#[test]
fn every_item_of_a_list_is_mended() {
    let place = Place::new();
    place.file(
        "own.eyas",
        "package own\n\n## A device is not encrypted.\nrule device on AWS::EC2::Instance {\n  severity: high\n  when:     any d in BlockDeviceMappings (not d.Ebs.Encrypted = true)\n  message:  \"{d.DeviceName}\"\n  set d.Ebs.Encrypted = true\n}\n",
    );
    let device = |name: &str, more: &str| {
        format!("        - DeviceName: {name}\n          Ebs:\n            VolumeSize: 8\n{more}")
    };
    let template = |more: &str| {
        let devices: String = ["a", "b", "c"].iter().map(|name| device(name, more)).collect();
        format!(
            "Resources:\n  I:\n    Type: AWS::EC2::Instance\n    Properties:\n      BlockDeviceMappings:\n{devices}"
        )
    };
    place.file("app.yaml", template(""));
    assert_eq!(place.eyas("lint app.yaml --rules own.eyas --fix").code(), 0);
    assert_eq!(place.read("app.yaml"), template("            Encrypted: true\n"));
}

#[test]
fn references_to_other_resources_are_followed() {
    let place = place();
    let with = |policy: &str| format!("Resources:\n  B:\n    Type: AWS::S3::Bucket\n{policy}");
    let policy =
        "  P:\n    Type: AWS::S3::BucketPolicy\n    Properties: { Bucket: !Ref B, PolicyDocument: {} }\n";
    let conditional = format!(
        "{}Parameters: {{ X: {{ Type: String }} }}\nConditions: {{ C: !Equals [!Ref X, a] }}\n",
        policy.replace("    Properties", "    Condition: C\n    Properties")
    );
    let outcomes = |text: String| -> Vec<String> {
        let found = place.eyas_with("lint - --rules own.eyas -f jsonl", text).json_lines();
        found.iter().map(|f| f["outcome"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(outcomes(with("")), ["violation"]);
    assert!(outcomes(with(policy)).is_empty());
    // Whether there is a policy hangs on a condition.
    assert_eq!(outcomes(with(&conditional)), ["unknown"]);
}

#[test]
fn nested_stacks_get_what_their_parent_passes() {
    let place = place();
    place.file(
        "s/parent.yaml",
        "Resources:\n  Child:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: ./child.yaml\n      Parameters: { Secure: 'false' }\n",
    );
    place.file(
        "s/child.yaml",
        "Parameters: { Secure: { Type: String } }\nResources:\n  V:\n    Type: AWS::EC2::Volume\n    Properties: { Encrypted: !Ref Secure }\n",
    );
    let found = place.eyas("lint s/parent.yaml --rules own.eyas -f jsonl").json_lines();
    let [only] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(only["location"]["file"], "s/child.yaml");
    assert_eq!(only["outcome"], "violation");
}

#[test]
fn templates_themselves_are_checked_unless_switched_off() {
    let place = Place::new();
    place.file("t.yaml", "Resources:\n  V:\n    Type: AWS::EC2::Volume\n    Properties: { AvailabilityZone: a, Encryptd: true }\n");
    let rules = |line: &str| -> Vec<String> {
        let found = place.eyas(line).json_lines();
        found.iter().map(|f| f["rule"]["id"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(rules("lint t.yaml -f jsonl --pack template"), ["template.unknown_property"]);
    assert!(rules("lint t.yaml -f jsonl --pack template --disable template.unknown_property").is_empty());
    assert!(!rules("lint t.yaml -f jsonl --pack aws").contains(&"template.unknown_property".to_owned()));
}

#[test]
fn every_real_template_is_judged_or_named() {
    let Some(corpus) = corpus() else { return };
    let archive = corpus.join("cloudformation/realworld.tar.gz");
    if !archive.is_file() {
        return;
    }
    let place = Place::new();
    let unpacked =
        std::process::Command::new("tar").arg("xzf").arg(archive).arg("-C").arg(place.path()).status();
    assert!(unpacked.expect("tar runs").success());
    let ran = place.eyas("lint . --no-config -f json --fail-on critical");
    let summary = &ran.json()["summary"];
    let broken = summary["broken"].as_u64().expect("a count");
    let files = summary["input"]["files"].as_u64().expect("a count");
    assert!(files > 1_950 && broken < 20, "{files} files, {broken} broken");
}
