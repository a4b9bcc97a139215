//! Types of fields, operators and values.

use insta::assert_snapshot;

use super::{said, said_of_condition};

#[test]
fn every_error_of_a_condition_is_told_at_once() {
    assert_snapshot!(said_of_condition(
        "ct.nmae = RunInstances\n    and s3.bytes > lots\n    and ct.srcip in (10.0.0.0/40, host.example)\n    and ct.time < yesterday\n    and not ct.user.arn matches /(/"
    ));
}

#[test]
fn operators_ask_for_types() {
    assert_snapshot!(said_of_condition(
        "s3.bytes contains 1 or ct.user.arn < 5 or s3.bytes inside (10.0.0.0/8) or ct.time startswith 2026\n    or ct.readonly > 3"
    ));
}

#[test]
fn values_take_the_type_of_the_left_side() {
    for fine in [
        "s3.bytes > 0x10 and s3.bytes < \"22\" and s3.bytes = 1.5",
        "ct.time > 2026-01-01 and ct.time < \"2026-01-31T00:00:00Z\"",
        "age(ct.time) > 90d and age(ct.time) < 1h30m",
        "ct.readonly = true and ct.readonly = \"true\"",
        "ct.srcip = 203.0.113.7 or ct.srcip = ec2.amazonaws.com or ct.srcip startswith 203.",
        "ct.srcip in (10.0.0.0/8, 203.0.113.7, ec2.amazonaws.com, \"2001:db8::/32\")",
        "ct.srcip inside (10.0.0.0/8) or ct.srcip inside \"10.0.0.0/8\"",
        "ct.user.arn contains anyof (a, b) or ct.user = oneof (a, b) or s3.bytes = anyof (1, 2)",
        "ct.user bcontains 6869 and ct.name pmatch (/etc, /usr) and ct.name glob *Instances",
        "event.a.b[0][\"odd key\"].c = 22 and event[\"x-y\"] exists and event.list[*].x in (a)",
        "arn(ct.user.arn).service = iam and tolower(ct.name) = toupper(ct.user)",
        "ct.user.accountid = val(ct.recipientaccountid) and json.value[/a/0/b] = true",
        "count g in event.groups (g.name = x) >= 2 and no g in event.groups (g.id exists)",
        "ct.region in account.regions or not ct.user.accountid in (org.account_ids, \"111122223333\")",
        "any t in resources(AWS::CloudTrail::Trail) (t.IsLogging = true)",
        "ec2.imageids intersects (ami-1, ami-2) and ec2.imageids[0] = ami-1",
    ] {
        assert_eq!(said_of_condition(fine), "", "{fine}");
    }
}

#[test]
fn values_of_other_types_are_errors() {
    assert_snapshot!(said_of_condition(
        "ct.readonly = yes or age(ct.time) > 90 or ct.user bcontains xyz or ct.time = val(s3.bytes)\n    or len(ct.time) > 3 or now() > ct.time\n    or s3.bytes in account.public_ips or ct.readonly in (true, val(ct.name))"
    ));
}

#[test]
fn calls_are_checked() {
    assert_snapshot!(said_of_condition(
        "tolower(ct.name, ct.user) = x or tolwer(ct.name) = x or count(ct.name) = 3 or val(ct.nmae) = x\n    or any t in resources(AWS::CloudTrail::Trial) (t.x = 1) or arn(ct.user.arn).servce = iam"
    ));
}

#[test]
fn members_of_typed_records_are_checked() {
    assert_snapshot!(said(
        "rule r on AWS::EC2::SecurityGroup {\n  severity: low\n  when: any r in SecurityGroupIngres (r.CidrIp = x)\n    or any r in SecurityGroupIngress (r.CidrIpp = x or r.FromPort = ssh or r.FromPort.x = 1)\n    or SecurityGroupIngress.CidrIp = 0.0.0.0/0 or SecurityGroupIngress[0].ToPort > 3 or tags.Name = x\n    or id = x and region = us-east-1 and account exists\n}\n"
    ));
}

#[test]
fn words_by_themselves_must_be_conditions() {
    assert_snapshot!(said_of_condition("ct.readonly and ct.user or succeded or event.flag or not true"));
}

#[test]
fn single_values_are_no_sets() {
    assert_snapshot!(said(
        "list calls = [RunInstances]\nparam regions: list<string> = [us-east-1]\n\
         rule r on cloudtrail {\n  severity: low\n  when: ct.name in call or ct.name in calls or ct.region in region or ct.region in regions\n}\n"
    ));
}

#[test]
fn comparisons_that_can_never_be_true_are_pointed_out() {
    assert_snapshot!(said_of_condition(
        "ct.src = ec2 or ct.region = us-east1 or ct.name in (RunInstances, ec2:StopInstances)\n    or (ct.user = a and ct.user = b) or ct.user in () or any x in [] (x = 1)"
    ));
}

#[test]
fn a_condition_that_folds_to_false_is_pointed_out() {
    assert_snapshot!(said_of_condition("ct.name = RunInstances and not true"));
}

#[test]
fn different_fields_or_lists_are_no_contradiction() {
    for fine in [
        "ct.name = RunInstances and ct.src = ec2.amazonaws.com",
        "ct.name in (A, B) and ct.name in (B, C)",
        "ct.name = A or ct.name = B",
        "event.x = a and event.x = b",
        "ec2.imageids = a and ec2.imageids = b",
        "ct.name startswith Run and not ct.name = RunInstances",
    ] {
        assert_eq!(said_of_condition(fine), "", "{fine}");
    }
}

#[test]
fn not_equal_is_no_surprise_where_presence_is_asked_for() {
    for fine in [
        "ct.name != RunInstances",
        "ct.error exists and ct.error != AccessDenied",
        "ct.error startswith Client and ct.error != Client.X",
        "not ct.error = AccessDenied",
    ] {
        assert_eq!(said_of_condition(fine), "", "{fine}");
    }
}

#[test]
fn all_over_what_may_be_absent_is_told_once_in_a_rule() {
    assert_snapshot!(said_of_condition("all a in event.a (a.x = 1) and all b in event.b (b.x = 1)"));
}

#[test]
fn keys_are_checked() {
    assert_snapshot!(said(
        "rule r on cloudtrail {\n  severity: urgent\n  severity: low\n  when: ct.name = A\n  maps: [attack/T1, T2, \"x y/3\"]\n  enabled: maybe\n  except known(ct.user, ct.region) in [(a, b), (c)]\n  step x: ct.name = B\n}\n\
         sequence s on cloudtrail {\n  severity: low\n  when: ct.name = A\n  step one: ct.name = A\n  step one: ct.name = B\n}\n\
         rule w on cloudtrail {\n  severity: low\n  when: ct.name = A\n  group: ct.user, ct.usr\n  within: ten\n  having: ct.name = B\n}\n\
         rule v on cloudtrail {\n  severity: low\n  when: ct.name = A\n  within: 10m\n}\n"
    ));
}

#[test]
fn patterns_are_checked_against_their_examples() {
    assert_snapshot!(said(
        "pattern a {\n  regex: /ab+c/\n  examples: [abbc, \"xx\"]\n  counter_examples: [\"ac\", \"zabc\"]\n  entropy: 9\n}\n\
         pattern b {\n  keywords: [x]\n}\n\
         pattern c {\n  regex: /(?=x)/\n}\n\
         pattern d {\n  regex: /k_([a-z]+)/\n  keywords: [k_]\n  entropy: 2\n  examples: [k_abcdef, K_abcdef, k_aaaa]\n  counter_examples: [k_aaaaaa, xabc]\n}\n"
    ));
}

/// What people write who know another language or the raw record.
#[test]
fn habits_of_other_languages() {
    assert_snapshot!(said_of_condition(
        "eventName = x\n    or userIdentity.arn exists\n    or event.eventname exists\n    or ct.user = null\n    or ct.user != None\n    or ct.name = Run*\n    or ct.srcip = 300.1.1.1\n    or ct.srcip = 10.0.0.0/8\n    or ct.readonly = True\n    or lower(ct.user) = x\n    or ct.user.startswith(x)\n    or exists(ct.user)\n    or ct.user regex a(b|c)\n    or ct.srcip in cidr(\"10.0.0.0/8\") or cidr(\"10.0.0.0/8\") covers ct.srcip"
    ));
    assert_snapshot!(said(
        "rule r on AWS::EC2::SecurityGroup {\n  severity: high\n  when: any r in SecurityGroupIngress (CidrIp = x) or Properties.GroupName = x or Tags.Owner exists\n    or any b in resources(AWS::S3::Bucket) (b.Name = x) or any b in resources(bucket) (b.x = y) or GroupName = self\n  message: \"%id\"\n}\ntest r {\n  fires \"t\" { Properties: { GroupName: x } }\n}\nrule s on cloudtrail {\n  severity: low\n  when: ct.name = RunInstances\n  message: \"100% by %ct.user.\"\n}\ntest s {\n  fires \"t\" { ct.name: RunInstances }\n}\n"
    ));
}
