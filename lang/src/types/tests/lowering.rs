//! What checked rules look like: constants of the right type, macros expanded, exceptions
//! folded in.

use insta::assert_snapshot;

use super::{check_files, rule};
use crate::checked::{AtomTest, Expr, Set, Term};
use crate::types::tests::said;
use crate::value::Value;

/// A condition in a short notation that shows types.
fn show(expr: &Expr) -> String {
    match expr {
        Expr::Const(b) => b.to_string(),
        Expr::All(list) => format!("({})", list.iter().map(show).collect::<Vec<_>>().join(" and ")),
        Expr::Any(list) => format!("({})", list.iter().map(show).collect::<Vec<_>>().join(" or ")),
        Expr::Not(inner) => format!("not {}", show(inner)),
        Expr::Quant(q) => {
            let count = q.count.map(|(op, n)| format!(" {op:?} {n}")).unwrap_or_default();
            format!("{:?} v{} in {} {}{count}", q.kind, q.var.0, term(&q.list), show(&q.body))
        }
        Expr::Atom(atom) => match &atom.test {
            AtomTest::Exists(t) => format!("exists {}", term(t)),
            AtomTest::True(t) => format!("true {}", term(t)),
            AtomTest::Compare { left, op, right } => format!("{} {op:?} {}", term(left), term(right)),
            AtomTest::Text { left, op, right, all } => {
                let right: Vec<_> = right.iter().map(term).collect();
                format!("{} {op:?} {}[{}]", term(left), if *all { "all" } else { "any" }, right.join(", "))
            }
            AtomTest::Regex { left, source, whole, .. } => {
                format!("{} {} /{source}/", term(left), if *whole { "is" } else { "has" })
            }
            AtomTest::RefersTo { left, target, names } => {
                format!("{} RefersTo {} by {}", term(left), term(target), names.join(" "))
            }
            AtomTest::In { left, set: s } => format!("{} In {}", term(left), set(s)),
            AtomTest::Intersects { left, set: s } => format!("{} Intersects {}", term(left), set(s)),
            AtomTest::PathPrefix { left, set: s } => format!("{} PathPrefix {}", term(left), set(s)),
            AtomTest::Net { left, set: s, reverse } => {
                format!("{} {} {}", term(left), if *reverse { "Covers" } else { "Inside" }, set(s))
            }
        },
    }
}

fn set(set: &Set) -> String {
    match set {
        Set::Const(set) => {
            let name = set.name.as_ref().map(|n| format!("{n}:")).unwrap_or_default();
            format!("{name}{{{}}}", set.items.iter().map(value).collect::<Vec<_>>().join(", "))
        }
        Set::Term(t) => term(t),
    }
}

fn term(t: &Term) -> String {
    match t {
        Term::Const(v) => value(v),
        Term::Field(used) => used.name.to_string(),
        Term::Var { var, name, path, .. } => format!("v{}<{name}>+{}", var.0, path.len()),
        Term::Call { function, args, ty } => {
            format!("{}({}):{ty}", function.name, args.iter().map(term).collect::<Vec<_>>().join(", "))
        }
        Term::Project { base, path, ty } => format!("{}+{}:{ty}", term(base), path.len()),
        Term::List(items) => format!("[{}]", items.iter().map(term).collect::<Vec<_>>().join(", ")),
        Term::Let(i) => format!("let#{i}"),
        Term::Context(name) => format!("context {name}"),
        Term::Unknown(why) => format!("unknown ({})", why.reason),
        Term::Resources { record, everywhere } => format!("resources {record} {everywhere}"),
    }
}

fn value(v: &Value<'_>) -> String {
    match v {
        Value::Str(s) => format!("{s:?}"),
        Value::List(items) => format!("{} items", items.len()),
        other => format!("{other:?}"),
    }
}

fn lowered(text: &str) -> String {
    show(&rule(text).when)
}

fn lowered_condition(condition: &str) -> String {
    lowered(&format!("rule r on cloudtrail {{ severity: low when: {condition} }}"))
}

#[test]
fn constants_have_the_type_of_the_left_side() {
    let conditions = [
        "ct.name = 22",
        "s3.bytes = \"22\"",
        "event.port = 22 or event.port = \"22\" or event.port = true or event.x = y",
        "ct.readonly = \"true\"",
        "age(ct.time) > 90d",
        "ct.srcip in (10.1.0.0/8, 203.0.113.7, ec2.amazonaws.com)",
        "event.cidr inside (10.1.2.3, 10.0.0.0/8)",
        "ct.user bcontains 416c",
        "ct.name regex 'Run.*' or ct.name matches /Run/",
        "s3.bytes = anyof (1, 2) and ct.user = allof (a, b)",
        "not not ct.error exists and (ct.readonly and (ct.readonly and true))",
        "json.value[/a~1b/0/c] = x and event.a[\"b c\"][0].d = y",
    ];
    let lines: Vec<String> =
        conditions.iter().map(|c| format!("{c}\n    {}", lowered_condition(c))).collect();
    assert_snapshot!(lines.join("\n"));
}

#[test]
fn fields_in_lists_of_arguments_are_read() {
    let conditions =
        ["join(\"-\", (ct.name, \"b\", c)) = a-b-c", "getopt(split(ct.useragent, \" \"), \"nt:\")[t] = x"];
    let lines: Vec<String> =
        conditions.iter().map(|c| format!("{c}\n    {}", lowered_condition(c))).collect();
    assert_snapshot!(lines.join("\n"));
}

#[test]
fn lists_are_spliced_and_named_sets_keep_their_name() {
    let lists = "list a = [X, \"Y\"]\nlist b = [a, Z, X]\n";
    let conditions = [
        "ct.name in b",
        "ct.name in (b, W, a)",
        "ct.user contains anyof (a)",
        "ct.user in (b, val(ct.name), account.ids)",
    ];
    let lines: Vec<String> = conditions
        .iter()
        .map(|c| {
            let text = format!("{lists}rule r on cloudtrail {{ severity: low when: {c} }}");
            format!("{c}\n    {}", lowered(&text))
        })
        .collect();
    assert_snapshot!(lines.join("\n"));
}

#[test]
fn macros_are_expanded_with_their_arguments() {
    assert_snapshot!(lowered(
        "macro reaches(r, port) = r.FromPort <= port and r.ToPort >= port\nlist ports = [22, 3389]\n\
             rule x on AWS::EC2::SecurityGroup { severity: low when: any r in SecurityGroupIngress (any p in ports (reaches(r, p)) or reaches(r, 443)) }"
    ));
    assert_snapshot!(lowered(
        "macro named(n) = ct.name = n\nmacro one_of(l) = ct.name in l or ct.name in (l, z)\nlist c = [A, B]\nrule x on cloudtrail { severity: low when: named(RunInstances) or one_of(c) or one_of((D, E)) }"
    ));
    assert_snapshot!(lowered(
        "macro both(a, b) = a and b\nmacro f = ct.error exists\nrule x on cloudtrail { severity: low when: both(f, ct.readonly) }"
    ));
}

#[test]
fn exceptions_are_folded_into_the_condition() {
    assert_snapshot!(lowered(
        "list admins = [alice, bob]\nrule x on cloudtrail {\n  severity: low\n  when: ct.name = A\n  \
             except people(ct.user) in [carol, admins]\n  except roles(ct.user.arn startswith) in [\"arn:a\", \"arn:b\"]\n  \
             except pairs(ct.user, ct.region) in [(dave, us-east-1), (erin, us-west-2)]\n}"
    ));
}

#[test]
fn names_on_the_right_mean_params_variables_or_text() {
    assert_snapshot!(lowered(
        "param port: int = 22\nparam who: string = alice\nparam unset: string\nlist some = [a]\n\
             rule x on cloudtrail { severity: low when: event.port = port and ct.user = who and ct.user != unset\n    and any g in event.groups (g.a = g.b and g.c = ghost and ct.user = some) }"
    ));
}

#[test]
fn quantifiers_side_by_side_share_a_variable_and_nested_ones_do_not() {
    let text = "rule x on cloudtrail { severity: low when: any g in event.a (g.x = 1) or any g in event.b (any h in g.c (h = 2)) message: \"{g.x}\" }";
    assert_snapshot!(lowered(text));
    assert_eq!(rule(text).var_count, 2);
}

#[test]
fn severity_by_case_titles_and_docs() {
    let rule = rule(
        "## Machines started.\n##\n## Why it matters.\n## More.\nrule x on cloudtrail {\n  severity: medium if ct.region = us-east-1, Critical if ct.error exists, otherwise warning\n  when: ct.name = RunInstances\n  tags: [a, \"b c\"]\n  maps: [attack/T1578.002]\n  refs: [\"https://example.com\"]\n}",
    );
    assert_eq!((rule.title.as_str(), rule.doc.as_str()), ("Machines started", "Why it matters.\nMore."));
    assert_eq!(rule.id, "rules.x");
    let cases: Vec<_> =
        rule.severity.cases.iter().map(|(s, e)| format!("{} if {}", s.as_str(), show(e))).collect();
    assert_snapshot!(format!(
        "{cases:?} {:?} {:?} {:?} {:?}",
        rule.severity.otherwise, rule.tags, rule.maps, rule.refs
    ));
}

#[test]
fn windows_and_sequences_are_kept() {
    let text = "rule spree on cloudtrail {\n  severity: low\n  when: ct.name = RunInstances\n  group: ct.user.arn\n  within: 10m\n  having: distinct(ct.region) >= 3 or count > 100\n  dedup: ct.user.arn for 1h\n  message: \"{ct.user.arn}: {distinct(ct.region)} of {count} within {within}\"\n}\n\
        sequence key on cloudtrail {\n  severity: low\n  group: ct.user.arn\n  within: 15m\n  step probe: ct.name = GetCallerIdentity\n  step spend: ct.name = RunInstances\n  message: \"{probe.ct.name} then {spend.ct.name} in {spend.ct.region}\"\n}\n";
    assert_eq!(said(text), "");
    let (_, checked) = check_files(&[("rules.eyas", text)]);
    let windows: Vec<_> = checked
        .rules
        .rules
        .iter()
        .map(|r| {
            format!(
                "{:#?}\n{:#?}",
                r.window.as_ref().map(|w| (&w.within, &w.having, w.steps.len())),
                r.dedup.as_ref().map(|d| d.window)
            )
        })
        .collect();
    assert_snapshot!(windows.join("\n"));
    assert_snapshot!(checked.rules.rules.iter().map(|r| show(&r.when)).collect::<Vec<_>>().join("\n"));
    let kinds: Vec<Vec<&str>> = checked
        .rules
        .rules
        .iter()
        .map(|r| {
            r.message
                .parts
                .iter()
                .map(|p| match p {
                    crate::checked::TemplatePart::Text(_) => "text",
                    crate::checked::TemplatePart::Value(_) => "value",
                    crate::checked::TemplatePart::Cel(_) => "cel",
                    crate::checked::TemplatePart::Aggregate(_) => "aggregate",
                    crate::checked::TemplatePart::Step(0, _) => "step 0",
                    crate::checked::TemplatePart::Step(..) => "step 1",
                })
                .collect()
        })
        .collect();
    assert_snapshot!(format!("{kinds:?}"));
}
