//! What conditions mean, one point of the language reference after the other.

use std::sync::Arc;

use eyas_engine::eval::Session;
use eyas_engine::finding::Outcome::{self, NotApplicable, Pass, Unknown, Violation};
use eyas_engine::finding::{Location, Subject};
use eyas_engine::json::JsonIndex;
use eyas_engine::plan::{Plan, PlanOptions};
use eyas_engine::record::{NoWorld, Record, World};
use eyas_engine::tree::{self, TreeRecord};
use eyas_engine::walk;
use eyas_lang::catalog::{Plane, Step};
use eyas_lang::value::{Fetched, Tree, TreeKind, Unknown as Why, Value};
use jiff::Timestamp;

mod support;

const GROUP: &str = "AWS::EC2::SecurityGroup";

/// The outcome of a rule with this body.
fn judge(record_type: &str, body: &str, record: &Tree, world: &dyn World) -> Outcome {
    let text =
        format!("## T.\nrule r on {record_type} {{\n  severity: low\n  {body}\n  message: \"m\"\n}}\n");
    let (sources, set) = support::checked(&text);
    let (plan, problems) = Plan::new(&set, &sources, PlanOptions::default());
    assert!(problems.is_empty());
    let mut session = Session::new(&plan);
    let rule = plan.find("t.r").unwrap();
    let as_tree = session.judge_rule(rule, &TreeRecord::new(record_type, record), world).outcome;
    if plan.rule(rule).plane == Plane::Event && record.first_unknown().is_none() {
        let text = tree::to_json(record);
        let mut index = JsonIndex::default();
        let as_json = session.judge_rule(rule, &index.read(record_type, &text).unwrap(), world).outcome;
        assert_eq!(as_tree, as_json, "{body} over a tree and over text");
    }
    as_tree
}

fn event(json: &str) -> Tree {
    eyas_engine::json::check(json).unwrap();
    tree::from_json(json)
}

#[track_caller]
fn on_event(condition: &str, json: &str, expected: Outcome) {
    assert_eq!(
        judge("cloudtrail", &format!("when: {condition}"), &event(json), &NoWorld),
        expected,
        "{condition}"
    );
}

#[test]
fn absent_makes_every_comparison_false() {
    let none = r#"{"errorCode": null, "eventName": "X"}"#;
    for condition in
        ["ct.error = a", "ct.error != a", "ct.error exists", "ct.error contains a", "ct.error in (a)"]
    {
        on_event(condition, none, Pass);
        on_event(&format!("not {condition}"), none, Violation);
    }
}

#[test]
fn literals_decide_the_type_of_a_dynamic_value() {
    let record =
        r#"{"requestParameters": {"n": 22, "s": "22", "f": 22.0, "b": true, "t": "True", "o": {"x": 1}}}"#;
    for (condition, expected) in [
        ("event.requestParameters.n = 22", Violation),
        ("event.requestParameters.s = 22", Violation),
        ("event.requestParameters.f = 22", Violation),
        ("event.requestParameters.n = \"22\"", Violation),
        ("event.requestParameters.s > 21.5", Violation),
        ("event.requestParameters.b = true", Violation),
        ("event.requestParameters.t = true", Violation),
        ("event.requestParameters.b = 1", Pass),
        ("event.requestParameters.b != 1", Pass),
        ("event.requestParameters.o = 1", Pass),
        ("event.requestParameters.o contains \"x\"", Violation),
        ("event.requestParameters.n in (21, 22)", Violation),
        ("event.requestParameters.s in (21, 22)", Violation),
        ("event.requestParameters.b in (true)", Violation),
    ] {
        on_event(condition, record, expected);
    }
}

#[test]
fn lists_hold_for_some_item_and_in_for_all() {
    let record =
        r#"{"requestParameters": {"l": [{"k": "a"}, {"k": "b"}, null, {"k": ["c", "d"]}], "e": []}}"#;
    for (condition, expected) in [
        ("event.requestParameters.l.k = \"a\"", Violation),
        ("event.requestParameters.l.k = \"d\"", Violation),
        ("event.requestParameters.l[*].k = \"d\"", Violation),
        ("event.requestParameters.l.k != \"a\"", Violation),
        ("event.requestParameters.l[1].k = \"b\"", Violation),
        ("event.requestParameters.l[2] exists", Pass),
        ("event.requestParameters.l.k in (\"a\", \"b\")", Pass),
        ("event.requestParameters.l.k in (\"a\", \"b\", \"c\", \"d\")", Violation),
        ("event.requestParameters.l.k intersects (\"a\", \"z\")", Violation),
        ("event.requestParameters.e exists", Pass),
        ("event.requestParameters.e in (\"a\")", Pass),
        ("event.requestParameters.l.missing exists", Pass),
        ("len(event.requestParameters.l.k) = 4", Violation),
    ] {
        on_event(condition, record, expected);
    }
}

#[test]
fn quantifiers() {
    let record =
        r#"{"requestParameters": {"l": [{"k": "a", "n": 1}, {"k": "b", "n": 5}], "one": {"k": "c"}}}"#;
    for (condition, expected) in [
        ("any x in event.requestParameters.l (x.k = \"b\" and x.n > 3)", Violation),
        ("any x in event.requestParameters.l (x.k = \"a\" and x.n > 3)", Pass),
        ("all x in event.requestParameters.l (x.n > 0)", Violation),
        ("no x in event.requestParameters.l (x.n > 5)", Violation),
        ("count x in event.requestParameters.l (x.n > 0) = 2", Violation),
        ("any x in event.requestParameters.one (x.k = \"c\")", Violation),
        ("any x in event.requestParameters.none (x exists)", Pass),
        ("all x in event.requestParameters.none (x.k = \"z\")", Violation),
    ] {
        on_event(condition, record, expected);
    }
}

#[test]
fn addresses_and_networks() {
    let from = |address: &str| format!(r#"{{"sourceIPAddress": "{address}"}}"#);
    on_event("ct.srcip in (10.0.0.0/8)", &from("10.2.3.4"), Violation);
    on_event("ct.srcip in (10.0.0.0/8)", &from("11.2.3.4"), Pass);
    on_event("ct.srcip in (10.0.0.0/8)", &from("ec2.amazonaws.com"), Pass);
    on_event("ct.srcip inside (10.0.0.0/8)", &from("10.2.3.4"), Violation);
    on_event("ct.srcip endswith .amazonaws.com", &from("ec2.amazonaws.com"), Violation);
    on_event("ct.srcip in (\"2001:db8::/32\")", &from("2001:db8::1"), Violation);
}

#[test]
fn patterns() {
    let record = r#"{"userAgent": "Boto3/1.2 kali"}"#;
    on_event("ct.useragent matches /kali$/", record, Violation);
    on_event("ct.useragent regex \"kali\"", record, Pass);
    on_event("ct.useragent regex \"Boto3.*\"", record, Violation);
    on_event("ct.useragent glob \"*kal?\"", record, Violation);
    on_event("ct.useragent iglob \"boto*\"", record, Violation);
    on_event("ct.useragent icontains KALI", record, Violation);
    on_event("ct.useragent contains allof (Boto, kali)", record, Violation);
    on_event("ct.useragent contains oneof (x, y, kali)", record, Violation);
    on_event("ct.useragent contains oneof (x, y, KALI)", record, Pass);
    on_event("ct.useragent icontains oneof (x, y, KALI)", record, Violation);
    on_event("ct.useragent icontains oneof (x, y, z)", record, Pass);
}

#[test]
fn functions_are_strict() {
    let record = r#"{"eventName": "A", "requestParameters": {"p": "{\"a\": [1, 2]}", "w": ["X", "y"]}}"#;
    on_event("tolower(ct.name) = \"a\"", record, Violation);
    on_event("tolower(ct.error) = \"a\"", record, Pass);
    on_event("tolower(ct.error) exists", record, Pass);
    on_event("parse_json(event.requestParameters.p).a = 2", record, Violation);
    on_event("tolower(event.requestParameters.w) = \"x\"", record, Violation);
    on_event("any x in event.requestParameters.w (tolower(x) = \"x\")", record, Violation);
    on_event("age(ct.time) < 1d", r#"{"eventTime": "2024-01-01T00:00:00Z"}"#, Unknown);
}

#[test]
fn what_is_not_loaded_is_unknown() {
    on_event("ct.user.accountid in org.account_ids", r#"{"recipientAccountId": "1"}"#, Unknown);
    on_event("ct.user.accountid in org.account_ids and ct.name = X", r#"{"recipientAccountId": "1"}"#, Pass);
    on_event("ct.error in org.account_ids", r#"{"recipientAccountId": "1"}"#, Pass);
}

struct Accounts;

impl World for Accounts {
    fn context(&self, _: &str) -> Fetched<'_> {
        Fetched::Present(Value::List(vec![Fetched::Present(Value::Str("1".into()))]))
    }

    fn resources<'w>(&'w self, _: &str, _: &dyn Record, _: bool) -> Result<Vec<&'w dyn Record>, Why> {
        Err(Why::new("none"))
    }
}

#[test]
fn other_resources_are_asked_of_the_world() {
    struct Trails(Tree);
    impl World for Trails {
        fn context(&self, _: &str) -> Fetched<'_> {
            Fetched::Absent
        }

        fn resources<'w>(&'w self, kind: &str, _: &dyn Record, _: bool) -> Result<Vec<&'w dyn Record>, Why> {
            assert_eq!(kind, "AWS::CloudTrail::Trail");
            Ok(vec![self])
        }
    }
    impl Record for Trails {
        fn record_type(&self) -> &str {
            "AWS::CloudTrail::Trail"
        }
        fn at(&self, path: &[Step]) -> Fetched<'_> {
            walk::steps(walk::of_tree(&self.0), path)
        }
        fn now(&self) -> Option<Timestamp> {
            None
        }
        fn subject(&self) -> Subject {
            Subject::default()
        }
        fn location(&self) -> Option<Location> {
            None
        }
    }
    let group = event("{}");
    let on = |body: &str, trail: &str| judge(GROUP, body, &group, &Trails(event(trail)));
    let logging = "when: no t in resources(AWS::CloudTrail::Trail) (t.IsLogging = true)";
    assert_eq!(on(logging, r#"{"IsLogging": true}"#), Pass);
    assert_eq!(on(logging, r#"{"IsLogging": "false"}"#), Violation);
    assert_eq!(judge(GROUP, logging, &group, &NoWorld), Unknown);
}

#[test]
fn contexts_are_asked_of_the_world() {
    let body = "when: ct.recipientaccountid in org.account_ids";
    let record = |id: &str| event(&format!(r#"{{"recipientAccountId": "{id}"}}"#));
    assert_eq!(judge("cloudtrail", body, &record("1"), &Accounts), Violation);
    assert_eq!(judge("cloudtrail", body, &record("2"), &Accounts), Pass);
}

fn unknown(why: Why) -> Tree {
    Tree::new(TreeKind::Unknown(Arc::new(why)))
}

fn resource(members: Vec<(&str, Tree)>) -> Tree {
    Tree::new(TreeKind::Map(members.into_iter().map(|(k, v)| (k.into(), v)).collect()))
}

#[track_caller]
fn on_group(body: &str, record: &Tree, expected: Outcome) {
    assert_eq!(judge(GROUP, body, record, &NoWorld), expected, "{body}");
}

#[test]
fn resources_pass_or_are_not_concerned() {
    let group =
        event(r#"{"GroupDescription": "web", "SecurityGroupIngress": [{"FromPort": "22", "ToPort": 22}]}"#);
    on_group("when: any r in SecurityGroupIngress (r.FromPort = 22)", &group, Violation);
    on_group("when: any r in SecurityGroupIngress (r.FromPort > 22)", &group, Pass);
    on_group("where: GroupDescription = db\n  when: SecurityGroupIngress exists", &group, NotApplicable);
}

#[test]
fn quantifiers_over_lists_of_the_rule() {
    let group = event(r#"{"SecurityGroupIngress": [{"FromPort": 20, "ToPort": 25, "CidrIp": "0.0.0.0/0"}]}"#);
    let body = |ports: &str| {
        format!(
            "when: any r in SecurityGroupIngress (any p in ({ports}) (r.FromPort <= p and r.ToPort >= p))"
        )
    };
    on_group(&body("22, 3389"), &group, Violation);
    on_group(&body("80, 3389"), &group, Pass);
    on_group("when: any r in SecurityGroupIngress (r.FromPort < val(r.ToPort))", &group, Violation);
    on_group("when: any r in SecurityGroupIngress (r.CidrIp covers (10.0.0.1))", &group, Violation);
    on_group("when: any r in SecurityGroupIngress (r.CidrIp inside (10.0.0.0/8))", &group, Pass);
    on_group("when: any r in SecurityGroupIngress (r.CidrIp in (0.0.0.0/0))", &group, Violation);
}

#[test]
fn ages_are_of_the_records_own_time() {
    let at =
        |time: &str| format!(r#"{{"eventTime": "{time}", "requestParameters": {{"since": "2024-01-01"}}}}"#);
    let on = |condition: &str, json: &str| {
        let text =
            format!("## T.\nrule r on cloudtrail {{ severity: low when: {condition} message: \"m\" }}\n");
        let (sources, set) = support::checked(&text);
        let (plan, _) = Plan::new(&set, &sources, PlanOptions::default());
        let mut index = JsonIndex::default();
        let record = index.read("cloudtrail", json).unwrap().with_time("eventTime");
        Session::new(&plan).judge_rule(plan.find("t.r").unwrap(), &record, &NoWorld).outcome
    };
    assert_eq!(on("age(event.requestParameters.since) > 30d", &at("2024-02-15T00:00:00Z")), Violation);
    assert_eq!(on("age(event.requestParameters.since) > 30d", &at("2024-01-15T00:00:00Z")), Pass);
    assert_eq!(on("ct.time > \"2024-02-01T00:00:00Z\"", &at("2024-02-15T00:00:00Z")), Violation);
}

#[test]
fn unknown_values_follow_kleene() {
    let group = resource(vec![
        ("GroupName", unknown(Why::new("a parameter"))),
        ("GroupDescription", event("\"web\"")),
    ]);
    for (body, expected) in [
        ("when: GroupName = a", Unknown),
        ("when: not GroupName = a", Unknown),
        ("when: GroupName exists", Unknown),
        ("when: GroupName = a and GroupDescription = db", Pass),
        ("when: GroupName = a or GroupDescription = web", Violation),
        ("where: GroupName = a\n  when: GroupDescription = web", Unknown),
        ("where: GroupName = a\n  when: GroupDescription = db", Unknown),
        ("where: GroupDescription = db\n  when: GroupName = a", NotApplicable),
        ("when: tolower(GroupName) = a", Unknown),
        ("when: any r in SecurityGroupIngress (GroupName = a)", Pass),
    ] {
        on_group(body, &group, expected);
    }
}

#[test]
fn what_is_known_of_an_unknown_value_counts() {
    let name = Why {
        present: true,
        parts: vec![Some("arn:aws:s3:::".into()), None, Some("/*".into())],
        ..Why::new("a bucket's name")
    };
    let group = resource(vec![("GroupName", unknown(name))]);
    for (body, expected) in [
        ("when: GroupName exists", Violation),
        ("when: GroupName = \"*\"", Pass),
        ("when: GroupName != \"*\"", Violation),
        ("when: GroupName = \"arn:aws:s3:::a/*\"", Unknown),
        ("when: GroupName startswith arn:", Violation),
        ("when: GroupName startswith arn:aws:s3:::b", Unknown),
        ("when: GroupName endswith x", Pass),
        ("when: GroupName in (\"*\", x)", Pass),
        ("when: GroupName in (\"*\", \"arn:aws:s3:::x/*\")", Unknown),
        ("when: GroupName contains s3", Violation),
        ("when: tolower(GroupName) = \"*\"", Unknown),
    ] {
        on_group(body, &group, expected);
    }
}

#[test]
fn the_text_of_what_is_partly_unknown_is_unknown() {
    let parameters = resource(vec![("name", unknown(Why::new("generated"))), ("path", event("\"/\""))]);
    let record = resource(vec![("requestParameters", parameters), ("eventName", event("\"CreateRole\""))]);
    for (body, expected) in [
        ("when: ct.request contains Root", Unknown),
        ("when: not ct.request contains Root", Unknown),
        ("when: event.requestParameters contains Root", Unknown),
        ("when: event.requestParameters exists", Violation),
        ("when: event.requestParameters in (x, y)", Pass),
        ("when: event.requestParameters.path = \"/\"", Violation),
    ] {
        assert_eq!(judge("cloudtrail", body, &record, &NoWorld), expected, "{body}");
    }
}

#[test]
fn unknown_items_and_lists() {
    let rules = Tree::new(TreeKind::List(vec![event(r#"{"FromPort": 22}"#), unknown(Why::new("an import"))]));
    let group = resource(vec![
        ("SecurityGroupIngress", rules),
        ("SecurityGroupEgress", unknown(Why::new("a macro"))),
    ]);
    for (body, expected) in [
        ("when: any r in SecurityGroupIngress (r.FromPort = 22)", Violation),
        ("when: any r in SecurityGroupIngress (r.FromPort = 80)", Unknown),
        ("when: all r in SecurityGroupIngress (r.FromPort = 22)", Unknown),
        ("when: all r in SecurityGroupIngress (r.FromPort = 80)", Pass),
        ("when: count r in SecurityGroupIngress (r.FromPort = 22) >= 1", Violation),
        ("when: count r in SecurityGroupIngress (r.FromPort = 22) >= 2", Unknown),
        ("when: count r in SecurityGroupIngress (r.FromPort = 22) > 2", Pass),
        ("when: any r in SecurityGroupEgress (r.FromPort = 22)", Unknown),
        ("when: SecurityGroupIngress.FromPort in (22)", Unknown),
        ("when: SecurityGroupIngress.FromPort in (80)", Pass),
    ] {
        on_group(body, &group, expected);
    }
}

#[test]
fn cel_computes_what_conditions_test() {
    let on = |body: &str, json: &str| judge("cloudtrail", body, &event(json), &NoWorld);
    let body = "let n = cel\"size(ct.name) + 1\"\n  when: n > 3";
    assert_eq!(on(body, r#"{"eventName": "abc"}"#), Violation);
    assert_eq!(on(body, r#"{"eventName": "ab"}"#), Pass);
    assert_eq!(on(body, "{}"), Pass);
    let twice = "let a = cel\"size(ct.name)\"\n  let b = cel\"a * 2\"\n  when: b = 6";
    assert_eq!(on(twice, r#"{"eventName": "abc"}"#), Violation);
    let broken = "let n = cel\"1 / size(ct.name)\"\n  when: n = 1";
    assert_eq!(on(broken, r#"{"eventName": ""}"#), Unknown);
    assert_eq!(on(broken, r#"{"eventName": "a"}"#), Violation);
}
