//! Which conditions Falco's language has, and what is said about those that it has not.

use crate::falco::parse_condition;
use crate::source::FileId;
use crate::syntax::ast::{Expr, ExprKind, Operand, OperandKind};

fn parses(condition: &str) -> bool {
    parse_condition(FileId(0), condition, 0).is_ok()
}

/// The condition's structure as text: operators, operands and nesting, no places.
fn shape(condition: &str) -> String {
    match parse_condition(FileId(0), condition, 0) {
        Ok(expr) => expr_shape(&expr),
        Err(d) => format!("error: {}", d.message),
    }
}

pub(super) fn expr_shape(expr: &Expr) -> String {
    let join = |parts: &[Expr], joint: &str| {
        let parts: Vec<_> = parts.iter().map(expr_shape).collect();
        format!("({})", parts.join(joint))
    };
    match &expr.kind {
        ExprKind::Or(parts) => join(parts, " or "),
        ExprKind::And(parts) => join(parts, " and "),
        ExprKind::Not(inner) => format!("not {}", expr_shape(inner)),
        ExprKind::Exists(operand) => format!("{} exists", operand_shape(operand)),
        ExprKind::Truth(operand) => operand_shape(operand),
        ExprKind::Compare { left, op, modifier, right } => {
            let modifier = modifier.as_ref().map(|m| format!("{:?} ", m.node)).unwrap_or_default();
            format!("{} {:?} {modifier}{}", operand_shape(left), op.node, operand_shape(right))
        }
        other => format!("{other:?}"),
    }
}

pub(super) fn operand_shape(operand: &Operand) -> String {
    let list = |items: &[Operand]| items.iter().map(operand_shape).collect::<Vec<_>>().join(", ");
    match &operand.kind {
        OperandKind::Path(path) => path.text(),
        OperandKind::Word(word) => word.to_string(),
        OperandKind::Text(text) => format!("{text:?}"),
        OperandKind::Call { name, args } => format!("{}({})", name.text, list(args)),
        OperandKind::List(items) => format!("[{}]", list(items)),
        OperandKind::Project { base, segments } => {
            let tail: Vec<_> = segments.iter().map(|s| format!("{}{:?}", s.name, s.arg)).collect();
            format!("{}.{}", operand_shape(base), tail.join("."))
        }
        other => format!("{other:?}"),
    }
}

/// Conditions that Falco accepts.
pub(super) const ACCEPTED: &[&str] = &[
    "known_admin",
    "ct.name=RunInstances and not ct.error exists",
    "ct.name=RunInstances\n  and not\n\tct.error exists",
    "(known_admin)or (known_robot)and(ct.error exists)",
    "not(known_admin)and not (known_robot)",
    "not not not known_admin",
    "notable and andy or orca",
    "ct.error existsand known_admin",
    "ct.size<=10and known_admin",
    "ct.size > -0.5e+3 or ct.size >= 0xfF",
    "ct.region in ()",
    "ct.region in ( eu-west-1 , 'us east' )",
    "ct.region in approved",
    "ct.region intersects(a,b)",
    "ct.region inapproved",
    "ct.region containsin (a)",
    "ct.user = o{d}d[w]o#r:d/\\;|&*",
    "json.value[/requestParameters/name]=\"x\"",
    "json.value['/a b']=x",
    "tolower(ct.user) = tolower( toupper(ct.name) )",
    "len( ct.user ) > 3",
    "ct.user = val(ct.request.name)",
    "ct.user in val( ct.request.names )",
    "join(\",\", (ct.user, 'x', 7, tolower(ct.name))) = y",
    "concat(ct.user, \":\", ct.name) = 'a:b'",
    "getopt(proc.args, \"nt:\")[t] = x",
    "ct.user startswith oneof (a, 'b c')",
    "ct.user = oneof admins and known_admin",
    "ct.user = oneof and known_admin",
    "ct.user = oneof",
    "ct.user = tolower or known_admin",
    "ct.user = 'it\\'s' or ct.user = \"\\\"\"",
    "and",
];

#[test]
fn accepts_what_falco_accepts() {
    for condition in ACCEPTED {
        assert_eq!(parse_condition(FileId(0), condition, 0).err(), None, "{condition}");
    }
}

#[test]
fn rejects_what_falco_rejects() {
    for condition in [
        "",
        "  ",
        "ct.name",
        "ct.name =",
        "ct.name = a b",
        "ct.name === a",
        "ct.name is a",
        "ct.name containsx",
        "ct.name contains",
        "ct.name > many",
        "ct.size < 0x1.5",
        "ct.name = (a)",
        "ct.name in a, b",
        "ct.name in (a b)",
        "ct.name in (a,)",
        "ct.name in (,a)",
        "ct.name in (tolower(ct.user))",
        "ct.name = tolower (ct.user)",
        "ct.name = lower(ct.user)",
        "val(ct.name) = a",
        "ct.name = val(tolower(ct.user))",
        "ct.name = val(user)",
        "tolower(user) = a",
        "json.value[] = a",
        "json.value[ /a ] = a",
        "json.value[/a = a",
        "json.value [/a] = a",
        "ct.name = 'a",
        "ct.name = \"a\\qb\"",
        "ct.name = 'a\\\\'",
        "ct.name =oneof (a)",
        "ct.name = oneof(a)",
        "ct.size > oneof (1)",
        "ct.name in oneof (a)",
        "a or(b) and c",
        "a andb",
        "a or b)",
        "(a or b",
        "a or b not c",
        "a and",
        "name = a",
        "# a",
    ] {
        assert!(!parses(condition), "{condition}");
    }
}

/// The strings of the conformance corpus, and whether Falco accepts them; `None` where the
/// corpus is not at hand.
pub(super) fn corpus() -> Option<Vec<(String, bool)>> {
    let text = std::fs::read_to_string(super::data().join("falco/condition_conformance.jsonl")).ok()?;
    let cases = text.lines().map(|line| {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        (case["input"].as_str().unwrap().to_owned(), case["kind"] == "accept")
    });
    Some(cases.collect())
}

#[test]
fn every_string_of_the_conformance_corpus_comes_out_right() {
    let Some(corpus) = corpus() else {
        eprintln!("no corpus at {}: skipped", super::data().display());
        return;
    };
    let wrong: Vec<_> = corpus.iter().filter(|(text, accepted)| parses(text) != *accepted).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_tree_says_what_the_text_says() {
    for (condition, tree) in [
        ("a or b and not c or d", "(a or (b and not c) or d)"),
        ("not not a and not(b or c)", "(a and not (b or c))"),
        (
            "ct.x[a.b] = b:c and ct.y regex /a+/ and ct.z != 'q'",
            "(ct.x[a.b] Eq b:c and ct.y Regex \"/a+/\" and ct.z Ne \"q\")",
        ),
        (
            "ct.x in (a, 'b', 3) and ct.y pmatch dirs and ct.z in val(ct.w)",
            "(ct.x In [a, \"b\", 3] and ct.y PMatch dirs and ct.z In val(ct.w))",
        ),
        ("b64(tolower(ct.x)) contains allof (a, b)", "b64(tolower(ct.x)) Contains AllOf [a, b]"),
        (
            "getopt(proc.args, 'n')['t u'] = [x] or ct.x = oneof or ct.y = #1",
            "(getopt(proc.args, \"n\").Some(\"t u\") Eq \"[x]\" or ct.x Eq \"oneof\" or ct.y Eq \"#1\")",
        ),
        (
            "json.value[/a]=false and jevt.value[/b] in (5, x) and json.value[/c] > 5 and ct.x = 5",
            "(json.value[/a] Eq \"false\" and jevt.value[/b] In [\"5\", x] and json.value[/c] Gt 5 and ct.x Eq 5)",
        ),
        ("join('-', (ct.a, 'b')) = 1.5", "join(\"-\", [val(ct.a), \"b\"]) Eq 1.5"),
    ] {
        assert_eq!(shape(condition), tree, "{condition}");
    }
}

#[test]
fn deep_nesting_is_refused_and_does_not_overflow() {
    let deep = |n: usize| format!("{}a{}", "(".repeat(n), ")".repeat(n));
    assert!(parses(&deep(100)));
    assert!(!parses(&deep(101)));
    assert!(!parses(&"(".repeat(1_000_000)));
    assert!(!parses(&format!("{}x.y", "b64(".repeat(500_000))));
    assert!(parses(&format!("{}a", "not ".repeat(100_000))));
}

#[test]
fn places_are_those_of_the_text() {
    let text = "a and ct.x[k] = 'v w'";
    let expr = parse_condition(FileId(0), text, 100).unwrap();
    let ExprKind::And(parts) = &expr.kind else { panic!("{expr:?}") };
    let ExprKind::Compare { left, op, right, .. } = &parts[1].kind else { panic!("{expr:?}") };
    let piece = |s: crate::source::Span| &text[s.start as usize - 100..s.end as usize - 100];
    assert_eq!(piece(expr.span), text);
    assert_eq!(piece(parts[1].span), "ct.x[k] = 'v w'");
    assert_eq!(piece(left.span), "ct.x[k]");
    let OperandKind::Path(path) = &left.kind else { panic!("{left:?}") };
    assert_eq!(piece(path.segments[0].span), "ct");
    assert_eq!(piece(path.segments[1].span), "x[k]");
    assert_eq!(piece(op.span), "=");
    assert_eq!(piece(right.span), "'v w'");
}

#[test]
fn messages_say_what_was_likely_meant() {
    let mut out = String::new();
    for condition in [
        "",
        "ct.name = a && known",
        "ct.name = two words",
        "ct.name equals a",
        "ct.name contain a",
        "ct.name containsx",
        "ct.name > many",
        "ct.name and known",
        "ct.name = (a, b)",
        "ct.name in a, b",
        "ct.name in (a b)",
        "ct.name in (a, tolower(ct.user))",
        "ct.name in (a, b",
        "ct.name = tolower (ct.user)",
        "ct.name = tolowr(ct.user)",
        "ct.name = oneof(a, b)",
        "val(ct.name) = a",
        "tolower(user) = a",
        "json.value[ /a ] = a",
        "ct.name = 'a",
        r#"ct.name = "C:\\""#,
        r#"ct.name = "C:\qux""#,
        "a or(b) and c",
        "a andb",
        "(a or b",
        "a or b)",
        "(a b)",
        "name = a",
        "is_admin(ct.user)",
        "!a",
        "%ct.name = a",
        "a and",
        "a not b",
    ] {
        let wrong = parse_condition(FileId(0), condition, 0).unwrap_err();
        let span = wrong.span();
        let carets = "^".repeat(span.len().max(1));
        out += &format!("{condition}\n{:>1$}", "", span.start as usize);
        out += &format!("{carets} {}\n", wrong.labels()[0].text);
        out += &format!("    {}\n", wrong.message);
        for label in &wrong.labels()[1..] {
            out += &format!("    {}..{}: {}\n", label.span.start, label.span.end, label.text);
        }
        if let Some(help) = &wrong.help {
            out += &format!("    help: {help}\n");
        }
    }
    insta::assert_snapshot!(out);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_gives_a_tree_or_a_place_inside_it(text in "\\PC{0,60}") {
        check_place(&text);
    }

    #[test]
    fn any_tokens_give_a_tree_or_a_place_inside_them(
        tokens in proptest::collection::vec(
            proptest::sample::select(vec![
                "ct.name", "a", "and", "or", "not", "(", ")", "=", "!=", "in", "exists", "oneof", "'x'", "\"",
                "'", "\\", ",", "[", "]", "tolower(", "val(", "join(", "getopt(", " ", "\n", "0x1f", "é", "1.5",
                "contains", "regex", "#", "%",
            ]),
            0..30,
        ),
    ) {
        check_place(&tokens.concat());
        check_place(&tokens.join(" "));
    }
}

fn check_place(text: &str) {
    if let Err(wrong) = parse_condition(FileId(0), text, 0) {
        for label in wrong.labels() {
            let range = label.span.start as usize..label.span.end as usize;
            assert!(text.get(range.clone()).is_some(), "{range:?} in {text:?}");
        }
        assert!(!wrong.message.is_empty() && !wrong.message.ends_with('.'));
    }
}
