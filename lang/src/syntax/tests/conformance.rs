//! Conditions that Falco accepts are conditions here, and what it rejects is rejected here.

use crate::source::FileId;
use crate::syntax::parse_condition;

/// Falco accepts them, eyas does not.
const ONLY_FALCO: &[(&str, &str)] = &[
    (
        "test.list in (0a!@#456:/\\.;!$%^&*[]{}|, value)",
        "a bare word holds no brackets or braces here: they are lists and records",
    ),
    ("test.op existsand macro", "`existsand` is one word here: a slip of Falco's lexer"),
];

/// Falco rejects them, eyas reads them.
const ONLY_EYAS: &[(&str, &str)] = &[
    ("test.num < 0xAAA.1", NUMBER),
    ("test.num <= a", NUMBER),
    ("val(test.field) exists", FUNCTION),
    ("val(b64(test.field)) exists", FUNCTION),
    ("a(test.field) exists", FUNCTION),
    ("a(b(test.field)) exists", FUNCTION),
    ("some.field = b64or(some_macro)", FUNCTION),
    ("some.field = some_fake_transformer(test.field)", FUNCTION),
    ("some.field = some.fake.transformer(test.field)", FUNCTION),
    ("some.field = val(toupper(test.field))", FUNCTION),
    ("some.field = aaaa(test.field)", FUNCTION),
    ("some.field in (b64(test.field))", "a list may hold calls here"),
    ("some.field in (a, b, b64(test.field))", "a list may hold calls here"),
    ("join(\"-\", (macro)) = /tmp", "any name may be an argument; the checker looks it up"),
];

const NUMBER: &str = "the right side of `<` may be a parameter or variable here; the checker knows";
const FUNCTION: &str =
    "any name may be called; the checker knows the functions, and macros take arguments here";

fn problem(accept: bool, text: &str) -> Option<String> {
    let (_, diagnostics) = parse_condition(FileId(0), text, 0);
    match (accept, diagnostics.first()) {
        (true, Some(d)) => Some(format!("`{text}` should be read, but: {d}")),
        (false, None) => Some(format!("`{text}` should be rejected")),
        _ => None,
    }
}

#[test]
fn conditions_are_read_as_falco_reads_them() {
    let accepted = [
        "a",
        "not a",
        "not not a",
        "not(a)",
        "(a)",
        "(a)and(b)",
        "(a)or(b)and(c)",
        "a and b or c",
        "a\n and\n\tb",
        "  a  ",
        "not_a and or_b",
        "android or orange",
        "ct.name = RunInstances",
        "ct.name=RunInstances",
        "ct.name == 'Run Instances'",
        "ct.name != \"x\"",
        "ct.name = \"\\\"quoted\\\" \\x41 \\\\\"",
        "ct.size >= 10",
        "ct.size < -1.5e+3",
        "ct.name in (a, 'b', \"c\")",
        "ct.name in ()",
        "ct.name in (a)",
        "ct.name in(a)",
        "ct.srcip in (10.0.0.0/8, fe80::/10)",
        "fd.name pmatch (/usr, /etc)",
        "ct.name intersects (a, b)",
        "json.value[/a/b/0] = c",
        "evt.arg['a b'] exists",
        "evt.arg[0] icontains x",
        "tolower(ct.name) startswith run",
        "len(join(\":\", (ct.name, ct.id))) > 3",
        "getopt(proc.args, \"nt:\")[\"t\"] = value",
        "ct.name = val(ct.request)",
        "ct.name = and",
        "ct.name = oneof (a, b)",
        "ct.name = oneof",
        "ct.name glob *.{txt",
        "a.b = c # a comment\n and d",
    ];
    // What holds braces or brackets is the one difference between bare words here and there.
    let accepted = accepted.iter().filter(|text| !text.contains('{'));
    let rejected = [
        "",
        " ",
        "and",
        "a b",
        "a and",
        "and a",
        "a and and b",
        "a not b",
        "not",
        "a andb",
        "aand b",
        "(a",
        "a)",
        "()",
        "a.b = ",
        "a.b = c d",
        "a.b == = c",
        "a.b === c",
        "a.b in",
        "a.b in (a",
        "a.b in (a,,b)",
        "a.b in (a,)",
        "a.b = (a)",
        "a.b exists c",
        "a.b. = c",
        ".a = b",
        "a.b[ = c",
        "a.b[x y] = c",
        "a.b = 'c",
        "a.b = \"c",
        "a.b = \"\\q\"",
        "tolower (a.b) = c",
        "a.b = c)",
        "a.b = c=d",
        "1 = 1",
        "a.b containsx c",
    ];
    let problems: Vec<String> = accepted
        .map(|text| (true, *text))
        .chain(rejected.map(|text| (false, text)))
        .filter_map(|(accept, text)| problem(accept, text))
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn extensions_are_read() {
    let texts = [
        "any r in SecurityGroupIngress (r.CidrIp = 0.0.0.0/0)",
        "no r in a.b (r.c exists) and all x in (a, b) (y = x)",
        "count r in rules[*].items (r.x) >= 2",
        "count >= 5",
        "distinct(ct.region) >= 3",
        "name matches /a(b|c)\\/d/ and x",
        "name matches \"a b\"",
        "arn(ct.user.arn).service = ec2",
        "age(CreateDate) > 90d",
        "a in [x, \"y\", z,]",
        "a in list_name",
        "a in account.public_ips",
        "reaches(r, 22)",
        "std.net.open_to_world(r.CidrIp)",
        "any t in resources(AWS::CloudTrail::Trail, everywhere) (t.x = true)",
        "event[\"odd key\"].b[0][1] = c",
        "a in (10.0.0.0/8) and b inside (c) or d covers e",
        "r.port <= other.ports[0]",
    ];
    let problems: Vec<String> = texts.iter().filter_map(|text| problem(true, text)).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Every string of Falco's own parser tests, where they are at hand.
#[test]
fn the_corpus_of_falco() {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data");
    let root = std::env::var("EYAS_CORPUS").unwrap_or_else(|_| beside.to_owned());
    let Ok(text) = std::fs::read_to_string(format!("{root}/falco/condition_conformance.jsonl")) else {
        println!("skipped: no falco/condition_conformance.jsonl under {root}");
        return;
    };
    let mut problems = Vec::new();
    for line in text.lines() {
        let row: serde_json::Value = serde_json::from_str(line).expect("a row is JSON");
        let input = row["input"].as_str().expect("a row has an input");
        let accept = row["kind"] == "accept";
        let deviates = if accept { ONLY_FALCO } else { ONLY_EYAS }.iter().any(|(text, _)| *text == input);
        match (problem(accept, input), deviates) {
            (Some(problem), false) => problems.push(problem),
            (None, true) => problems.push(format!("`{input}` is no deviation any more")),
            _ => {}
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn deviations_from_falco_are_what_they_are_said_to_be() {
    for (text, reason) in ONLY_FALCO {
        assert!(problem(false, text).is_none(), "{text}: {reason}");
    }
    for (text, reason) in ONLY_EYAS {
        assert!(problem(true, text).is_none(), "{text}: {reason}");
    }
}
