//! What the plan shares, looks up and skips must never show in an outcome: generated rules over
//! generated records, against an evaluator that does none of it.

use std::sync::Arc;

use eyas_engine::eval::{CandidateSet, Session};
use eyas_engine::finding::Outcome;
use eyas_engine::json::{JsonIndex, Names, Outline, Places};
use eyas_engine::plan::{Plan, PlanOptions};
use eyas_engine::record::{NoWorld, Record};
use eyas_engine::tree::{self, TreeRecord};
use eyas_lang::checked::RuleSet;
use eyas_lang::source::Sources;
use eyas_lang::value::{Tree, TreeKind, Unknown};
use proptest::prelude::*;
use smol_str::SmolStr;

mod reference;
mod support;

use reference::Reference;

fn one_of(items: &'static [&'static str]) -> impl Strategy<Value = &'static str> + Clone {
    proptest::sample::select(items)
}

const NAMES: &[&str] = &["RunInstances", "DeleteTrail", "ConsoleLogin", "runinstances", "Décrire"];
const WORDS: &[&str] = &[
    "alpha",
    "beta",
    "Root",
    "a",
    "22",
    "true",
    "x/y",
    "10.0.0.1",
    "10.0.0.0/8",
    "q\\\"t",
    "al pha",
    "a&b=c",
    "rue",
    "lpha",
    "x/al",
    "/y",
];

/// Falco's `regex` takes text.
fn delimiter(op: &str) -> char {
    if op == "regex" { '"' } else { '/' }
}

/// A comparison over the whole record.
fn comparison() -> BoxedStrategy<String> {
    let name = one_of(NAMES);
    let word = one_of(WORDS);
    let quoted = word.prop_map(|w| format!("\"{w}\""));
    let set = proptest::collection::vec(quoted.clone(), 1..5).prop_map(|v| format!("({})", v.join(", ")));
    let text_field = one_of(&[
        "ct.error",
        "ct.region",
        "ct.user",
        "ct.user.arn",
        "s3.bucket",
        "s3.uri",
        "ct.shortsrc",
        "ct.request",
        "event.requestParameters.a",
        "event.requestParameters.items.name",
        "event.requestParameters.items[0].name",
        "event.requestParameters.items.tags",
        "ec2.imageids",
    ]);
    let text_op = one_of(&["contains", "icontains", "startswith", "istartswith", "endswith", "iendswith"]);
    let order = one_of(&["=", "!=", "<", "<=", ">", ">="]);
    prop_oneof![
        3 => name.clone().prop_map(|n| format!("ct.name = \"{n}\"")),
        1 => name.clone().prop_map(|n| format!("ct.name != \"{n}\"")),
        2 => proptest::collection::vec(name.clone().prop_map(|n| format!("\"{n}\"")), 1..3)
            .prop_map(|v| format!("ct.name in ({})", v.join(", "))),
        1 => one_of(&["Run", "run", "Delete", "D"]).prop_map(|p| format!("ct.name startswith \"{p}\"")),
        1 => Just("ct.src = \"ec2.amazonaws.com\"".to_owned()),
        1 => one_of(&["ct.shortsrc = ec2", "ct.src exists", "ct.name exists", "ct.error exists", "ct.readonly = true",
                "event.requestParameters.items exists", "s3.uri exists"]).prop_map(str::to_owned),
        3 => (text_field.clone(), one_of(&["=", "!="]), quoted.clone()).prop_map(|(f, op, q)| format!("{f} {op} {q}")),
        3 => (text_field.clone(), text_op, quoted.clone()).prop_map(|(f, op, q)| format!("{f} {op} {q}")),
        2 => (text_field.clone(), one_of(&["in", "intersects"]), set.clone())
            .prop_map(|(f, op, s)| format!("{f} {op} {s}")),
        1 => (text_field.clone(), one_of(&["contains oneof", "contains allof", "startswith anyof", "icontains oneof", "contains anyof"]), set)
            .prop_map(|(f, op, s)| format!("{f} {op} {s}")),
        1 => (text_field.clone(), one_of(&["*a*", "al?ha", "*", "x"])).prop_map(|(f, g)| format!("{f} glob \"{g}\"")),
        1 => (text_field, one_of(&["a", "^al", "[0-9]+", "ro+t|alpha"]), one_of(&["matches", "regex"]))
            .prop_map(|(f, r, op)| format!("{f} {op} {}{r}{}", delimiter(op), delimiter(op))),
        2 => (one_of(&["event.requestParameters.a", "event.requestParameters.items.p"]), order,
                one_of(&["22", "3", "0.5"])).prop_map(|(f, op, n)| format!("{f} {op} {n}")),
        1 => one_of(&["event.requestParameters.a = true", "event.requestParameters.items.p = false"])
            .prop_map(str::to_owned),
        1 => one_of(&["ct.srcip = 10.0.0.1", "ct.srcip in (10.0.0.0/8, \"1.2.3.4\")", "ct.srcip inside (10.0.0.0/8)",
                "ct.srcip endswith .com", "ct.srcip in (\"ec2.amazonaws.com\", 10.0.0.1)"]).prop_map(str::to_owned),
        1 => one_of(&["tolower(ct.name) = runinstances", "len(event.requestParameters.items) > 1",
                "ct.user = val(s3.bucket)", "ct.region in org.account_ids", "s3.bucket in val(ec2.imageids)",
                "tolower(event.requestParameters.items.name) = root"]).prop_map(str::to_owned),
    ]
    .boxed()
}

/// A comparison that mentions a quantifier's variable.
fn of_item() -> BoxedStrategy<String> {
    prop_oneof![
        one_of(WORDS).prop_map(|w| format!("x.name = \"{w}\"")),
        one_of(&["x.p >= 3", "x.p = 22", "x.name exists", "x.name startswith al", "x.p = true"])
            .prop_map(str::to_owned),
        one_of(&["any", "all", "no"])
            .prop_map(|q| format!("{q} y in x.tags (y = \"beta\" or y contains \"ph\")")),
        one_of(&[
            "any y in x.tags (y = val(ct.region))",
            "tolower(x.name) = root",
            "x.name in (alpha, Root)"
        ])
        .prop_map(str::to_owned),
    ]
    .boxed()
}

fn condition() -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        4 => comparison(),
        1 => (one_of(&["any", "all", "no"]), of_item(), comparison(), any::<bool>()).prop_map(|(q, item, c, both)| {
            let body = if both { format!("{item} and {c}") } else { item };
            format!("{q} x in event.requestParameters.items ({body})")
        }),
        1 => (of_item(), one_of(&["=", "!=", "<", "<=", ">", ">="]), 0..3i64)
            .prop_map(|(item, op, n)| format!("count x in event.requestParameters.items ({item}) {op} {n}")),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..4).prop_map(|v| format!("({})", v.join(" and "))),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(|v| format!("({})", v.join(" or "))),
            inner.prop_map(|c| format!("not ({c})")),
        ]
    })
    .boxed()
}

fn rule_text() -> impl Strategy<Value = String> {
    (condition(), proptest::option::weighted(0.3, condition()), proptest::option::weighted(0.3, condition()))
        .prop_map(|(when, scope, severe)| {
            let scope = scope.map_or(String::new(), |s| format!("  where: {s}\n"));
            let severity = severe.map_or("low".to_owned(), |s| format!("critical if {s}, otherwise low"));
            format!(
                "  severity: {severity}\n{scope}  when: {when}\n  message: \"{{ct.name}} {{ct.region}}\"\n"
            )
        })
}

fn leaf_value() -> BoxedStrategy<Tree> {
    prop_oneof![
        4 => one_of(WORDS).prop_map(|w| TreeKind::Str(w.replace('\\', "").into())),
        1 => Just(TreeKind::Null),
        1 => any::<bool>().prop_map(TreeKind::Bool),
        2 => proptest::sample::select(vec![0i64, 3, 22, -1]).prop_map(TreeKind::Int),
        1 => Just(TreeKind::Float(0.5)),
    ]
    .prop_map(Tree::new)
    .boxed()
}

fn map(members: Vec<(&str, Option<Tree>)>) -> Tree {
    Tree::new(TreeKind::Map(members.into_iter().filter_map(|(k, v)| Some((SmolStr::new(k), v?))).collect()))
}

fn list(items: impl Strategy<Value = Tree> + 'static, most: usize) -> BoxedStrategy<Tree> {
    proptest::collection::vec(items, 0..=most).prop_map(|v| Tree::new(TreeKind::List(v))).boxed()
}

fn maybe(value: impl Strategy<Value = Tree> + 'static) -> BoxedStrategy<Option<Tree>> {
    proptest::option::weighted(0.7, value).boxed()
}

fn text(from: &'static [&'static str]) -> BoxedStrategy<Option<Tree>> {
    maybe(one_of(from).prop_map(|t| Tree::new(TreeKind::Str(t.into()))))
}

fn event() -> impl Strategy<Value = Tree> {
    let tags = prop_oneof![list(leaf_value(), 3), leaf_value()];
    let item = (maybe(leaf_value()), maybe(leaf_value()), maybe(tags))
        .prop_map(|(name, p, tags)| map(vec![("name", name), ("p", p), ("tags", tags)]));
    let items = prop_oneof![
        4 => list(prop_oneof![6 => item.clone(), 1 => leaf_value(), 1 => list(item.clone(), 2)], 3),
        1 => item,
        1 => leaf_value(),
    ];
    let request = (maybe(leaf_value()), maybe(items), maybe(leaf_value()), maybe(leaf_value())).prop_map(
        |(a, items, bucket, key)| map(vec![("a", a), ("items", items), ("bucketName", bucket), ("key", key)]),
    );
    let identity = (text(&["Root", "IAMUser", "AWSAccount"]), maybe(leaf_value()), maybe(leaf_value()))
        .prop_map(|(kind, name, arn)| map(vec![("type", kind), ("userName", name), ("arn", arn)]));
    let response = list(leaf_value(), 2).prop_map(|images| {
        let images = match images.kind {
            TreeKind::List(v) => v.into_iter().map(|i| map(vec![("imageId", Some(i))])).collect(),
            _ => Vec::new(),
        };
        map(vec![("instancesSet", Some(map(vec![("items", Some(Tree::new(TreeKind::List(images))))])))])
    });
    (
        text(NAMES),
        text(&["ec2.amazonaws.com", "s3.amazonaws.com"]),
        text(&["AccessDenied", "alpha"]),
        text(WORDS),
        text(&["10.0.0.1", "1.2.3.4", "ec2.amazonaws.com", "::1"]),
        maybe(request),
        maybe(identity),
        maybe(response),
    )
        .prop_map(|(name, source, error, region, ip, request, identity, response)| {
            map(vec![
                ("eventName", name),
                ("eventSource", source),
                ("errorCode", error),
                ("awsRegion", region),
                ("sourceIPAddress", ip),
                ("requestParameters", request),
                ("userIdentity", identity),
                ("responseElements", response),
            ])
        })
}

/// Replaces the nodes whose turn it is by unknown values.
fn with_unknown(tree: &Tree, turns: &mut impl Iterator<Item = bool>) -> Tree {
    if turns.next().unwrap_or(false) {
        return Tree::new(TreeKind::Unknown(Arc::new(Unknown::new("generated"))));
    }
    Tree::new(match &tree.kind {
        TreeKind::List(items) => TreeKind::List(items.iter().map(|i| with_unknown(i, turns)).collect()),
        TreeKind::Map(members) => {
            TreeKind::Map(members.iter().map(|(k, v)| (k.clone(), with_unknown(v, turns))).collect())
        }
        other => other.clone(),
    })
}

fn checked(rules: &[String]) -> (Sources, RuleSet) {
    let mut text = "package t\n".to_owned();
    for (i, rule) in rules.iter().enumerate() {
        text += &format!("## Rule {i}.\nrule r{i} on cloudtrail {{\n{rule}}}\n");
    }
    support::checked(&text)
}

fn judged(session: &mut Session<'_>, record: &dyn Record) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    session.judge(record, &NoWorld, &mut |rule, finding| found.push((rule.0 as usize, finding.fingerprint)));
    found
}

/// As a reader asks that has not parsed the record.
fn may_concern(session: &mut Session<'_>, names: &Names, candidates: CandidateSet, json: &str) -> bool {
    let (mut outline, mut places) = (Outline::default(), Places::default());
    outline.read(json.as_bytes(), 128);
    let raw = outline.find(json.as_bytes(), names, &mut places);
    raw.is_none_or(|raw| session.may_concern(candidates, &raw))
}

/// The same JSON with every letter of its strings escaped: nothing may depend on how an encoder
/// writes a character.
fn escaped(json: &str) -> String {
    let mut out = String::new();
    let mut in_string = false;
    let mut after_backslash = false;
    for c in json.chars() {
        match c {
            '"' if !after_backslash => {
                in_string = !in_string;
                out.push(c);
            }
            c if in_string && !after_backslash && c.is_ascii_alphanumeric() => {
                out += &format!("\\u{:04x}", c as u32)
            }
            c => out.push(c),
        }
        after_backslash = c == '\\' && !after_backslash;
    }
    out
}

fn text_member(record: &Tree, key: &str) -> Option<SmolStr> {
    match &record.get(key)?.kind {
        TreeKind::Str(text) => Some(text.clone()),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sharing_look_up_and_filters_change_nothing(
        rules in proptest::collection::vec(rule_text(), 1..8),
        events in proptest::collection::vec(event(), 1..8),
    ) {
        let (sources, set) = checked(&rules);
        let (plan, problems) = Plan::new(&set, &sources, PlanOptions::default());
        prop_assert!(problems.is_empty());
        let mut session = Session::new(&plan);
        let names = session.look_for("cloudtrail", &["eventName", "other"]);
        let mut index = JsonIndex::default();
        for event in &events {
            let json = tree::to_json(event);
            let record = index.read("cloudtrail", &json).unwrap();
            let tree_record = TreeRecord::new("cloudtrail", event);
            let mut expected = Vec::new();
            for (ix, rule) in plan.rules() {
                let by_hand = Reference::new(event, rule).outcome(rule);
                let judgement = session.judge_rule(ix, &record, &NoWorld);
                prop_assert_eq!(judgement.outcome, by_hand, "{}\n{}", &rules[ix.0 as usize], json);
                prop_assert_eq!(session.judge_rule(ix, &tree_record, &NoWorld).outcome, by_hand, "as a tree: {}\n{}", &rules[ix.0 as usize], json);
                if let Some(finding) = judgement.finding {
                    prop_assert_eq!(finding.severity, Reference::new(event, rule).severity(rule));
                    prop_assert_eq!(finding.outcome, by_hand);
                    expected.push((ix.0 as usize, finding.fingerprint));
                }
            }
            prop_assert_eq!(&judged(&mut session, &record), &expected, "{:?}\n{}", &rules, json);
            prop_assert_eq!(judged(&mut session, &tree_record).len(), expected.len());

            let odd = escaped(&json);
            let mut other = JsonIndex::default();
            prop_assert_eq!(&judged(&mut session, &other.read("cloudtrail", &odd).unwrap()), &expected);

            let keys = plan.for_type("cloudtrail").unwrap().keys();
            let members: Vec<_> = keys.iter().map(|k| text_member(event, k)).collect();
            let seen: Vec<_> = members.iter().map(|m| m.as_deref()).collect();
            let mut found = Vec::new();
            if let Some(candidates) = session.candidates("cloudtrail", &seen)
                && may_concern(&mut session, &names, candidates, &json)
            {
                prop_assert!(may_concern(&mut session, &names, candidates, &odd) || expected.is_empty());
                session.judge_candidates(candidates, &record, &NoWorld, &mut |rule, f| found.push((rule.0 as usize, f.fingerprint)));
            }
            prop_assert_eq!(&found, &expected, "skipped: {:?}\n{}", &rules, json);
        }
    }

    #[test]
    fn unknown_values_are_unknown_and_never_taken_back(
        rule in rule_text(),
        event in event(),
        turns in proptest::collection::vec(proptest::bool::weighted(0.15), 60),
    ) {
        let (sources, set) = checked(std::slice::from_ref(&rule));
        let (plan, _) = Plan::new(&set, &sources, PlanOptions::default());
        let mut session = Session::new(&plan);
        // The record itself is known; what is in it may not be.
        let partly = with_unknown(&event, &mut std::iter::once(false).chain(turns));
        for (ix, rule) in plan.rules() {
            let with = session.judge_rule(ix, &TreeRecord::new("cloudtrail", &partly), &NoWorld).outcome;
            prop_assert_eq!(with, Reference::new(&partly, rule).outcome(rule), "{:?}", &partly);
            let without = session.judge_rule(ix, &TreeRecord::new("cloudtrail", &event), &NoWorld).outcome;
            let silent = |o| matches!(o, Outcome::Pass | Outcome::NotApplicable);
            prop_assert!(
                with == Outcome::Unknown || with == without || (silent(with) && silent(without)),
                "{with:?} became {without:?}"
            );
        }
    }
}
