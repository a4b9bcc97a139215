//! Every message of the parser as a user sees it.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::diagnostics::Diagnostic;
use crate::source::{FileId, SourceFile, SourceKind, Sources};
use crate::syntax::{MAX_NESTING, parse, parse_condition};

fn source(text: &str) -> Sources {
    let mut sources = Sources::default();
    sources.add(SourceFile {
        name: "a.eyas".to_owned(),
        text: Arc::from(text),
        kind: SourceKind::Eyas,
        default_package: "a".to_owned(),
        builtin: false,
    });
    sources
}

fn show(text: &str, diagnostics: &[Diagnostic]) -> String {
    let sources = source(text);
    let mut out = String::new();
    for d in diagnostics {
        let _ = writeln!(out, "{}: {}", d.code.as_str(), d.message);
        for label in d.labels() {
            let (line, column) = sources.line_column(label.span);
            let _ = writeln!(out, "  at {line}:{column} `{}` {}", sources.text(label.span), label.text);
        }
        if let Some(help) = &d.help {
            let _ = writeln!(out, "  help: {help}");
        }
    }
    if out.is_empty() {
        out.push_str("(nothing)\n");
    }
    out
}

fn conditions(texts: &[&str]) -> String {
    let mut out = String::new();
    for text in texts {
        let (_, diagnostics) = parse_condition(FileId(0), text, 0);
        let _ = writeln!(out, "───── {text}\n{}", show(text, &diagnostics));
    }
    out
}

fn files(texts: &[&str]) -> String {
    let mut out = String::new();
    for text in texts {
        let _ = writeln!(out, "───── {text}\n{}", show(text, &parse(FileId(0), text).diagnostics));
    }
    out
}

/// A rule with these lines between its braces.
fn rule(lines: &str) -> String {
    format!("rule r on cloudtrail {{\n  severity: high\n{lines}\n  message: \"m\"\n}}\n")
}

fn rules(lines: &[&str]) -> String {
    let texts: Vec<String> = lines.iter().map(|line| rule(line)).collect();
    let mut out = String::new();
    for (line, text) in lines.iter().zip(&texts) {
        let _ = writeln!(out, "───── {line}\n{}", show(text, &parse(FileId(0), text).diagnostics));
    }
    out
}

#[test]
fn conditions_missing_something() {
    insta::assert_snapshot!(conditions(&[
        "",
        "a and",
        "and a",
        "a and or b",
        "not",
        "a.b =",
        "a.b = and not c",
        "a.b in",
        "a.b in (c",
        "a.b in [c",
        "(a and (b or c)",
        "a.b in (c]",
        "a)",
        "a.b in (c d)",
        "a.b in (c,,d)",
        "f(a",
        "a[0 = b",
        "any r in b",
        "any r in b(r.c)",
        "any r on b (r.c)",
        "any in b (c)",
        "count r in b (r.c)",
        "any r in b (r.c) >= 2",
        "()",
    ]));
}

#[test]
fn conditions_with_something_odd() {
    insta::assert_snapshot!(conditions(&[
        "a b",
        "a not b",
        "a andb",
        "a.b = c d",
        "a.b === c",
        "a.b startwith c",
        "a.b exist",
        "a.b && c",
        "a.b = c || d",
        "!a.b",
        "a.b = c AND d",
        "a.b =~ c",
        "a.b = (c)",
        "a.b matches /c",
        "a.b matches /c/i",
        "a.b = \"c",
        "a.b = 'c\nand d",
        "a.b = \"\\d\"",
        "a.b = “c”",
        "a.b = c\u{a0}and d",
        "a\u{a0}= c",
        "a.b = c $ d",
        "a.b-c = d",
        "1 = 1",
        "\"a\" = b",
        "a.b = c, d",
        "a.b exists c",
        "a.b = c = d",
        "f (a) = b",
        "a.b = c\0",
    ]));
}

#[test]
fn keys() {
    insta::assert_snapshot!(rules(&[
        "  servity: high",
        "  condition: a",
        "  colour: red",
        "  when:",
        "  when a",
        "  when: a\n  wen: b",
        "  when: a b\n  tags: [x",
        "  severity:",
        "  severity: high if a",
        "  severity: high if a, otherwise",
        "  severity: high if a otherwise low",
        "  message: hello",
        "  message: \"hello",
        "  message: \"hello {\"",
        "  message: \"hello {}\"",
        "  message: \"hello } you\"",
        "  message: \"hello {a b}\"",
        "  message: \"hello {{a}} \\q {ct.user}\"",
        "  tags: network",
        "  tags: [a b]",
        "  maps: [attack/T1190",
        "  let days = 3",
        "  let = cel\"1\"",
        "  let in = cel\"1\"",
        "  group: 3",
        "  within: 10 m",
        "  dedup: a.b for",
        "  step probe a",
        "  except x in [\"a\"]",
        "  except x(a) [\"a\"]",
        "  except x() in [\"a\"]",
        "  when: any r in a { r.b }",
        "  ]",
        "  when: a }",
        "  when: (a",
        "  when: a and\n  fix: \"b\"",
        "  when: list",
        "  tags: [a],",
        "  when: a;",
        "  when: a.b = c;",
        "  tags = [a]",
        "  message: 'it's here'",
        "  when: a.b in [\"c\", \"d\"\n        and e",
        "  when: any r in a.b (r.c = 1 and\n  fix: \"x\"",
        "  fix: \"\"\"\n    never closed",
        "  severity high",
        "  when: a.b == c\n        && d\n        || e",
        "  regex: /a/",
        "  let days = cel\"1",
        "  when: a\n  when: (b\n  tags: x\n  fix: y",
    ]));
}

#[test]
fn items() {
    insta::assert_snapshot!(files(&[
        "rul r on x {\n when: a\n}\n",
        "hello world\n",
        "rule r {\n when: a b\n}\n",
        "rule on x {\n when: a\n}\n",
        "rule \"a b\" on x {\n when: a\n}\n",
        "rule a-b on x {\n when: a\n}\n",
        "rule r on AWS:EC2:Instance {\n when: a\n}\n",
        "rule r on x\n{\n when: a\n}\n",
        "- rule: x\n  desc: y\n  condition: z\n",
        "Rule r on x {\n when: a\n}\n",
        "except a(b) in [c]\n",
        "macro m(a, 1) = b\nmacro n() b\n",
        "rule r on {\n when: a\n}\n",
        "rule r on x y {\n when: a\n}\n",
        "rule r on x\n",
        "rule",
        "rule r on x {\n  when: a\n\nrule s on x {\n  when: b\n}\n",
        "rule r on x {\n  when: a\n}\n}\nlist a = [1]\n",
        "rule r on x {\n  when: a\n}\n  message: \"b\"\n}\n",
        "list a [1]\n",
        "list a = 1\n",
        "list a = [1\nlist b = [2]\n",
        "list a = [1] x\n",
        "macro m = \nmacro n(a = b\nmacro o(a b) = c\n",
        "macro in = a\n",
        "param p = 3\nparam q: int = \nparam r: int 3\n",
        "use a-b\npackage a\npackage b\n",
        "list a = [1]\npackage b\nuse c\n",
        "pattern p {\n  regx: /a/\n  keywords: [a\n}\npattern {\n}\n",
        "sample s on x { a: }\nsample t { a: 1 }\nsample u on x { a: 1 b: 2 }\n",
        "} rule r on x { when: a }",
        "\"abc\nlist a = [1]\n",
        "\u{feff}list a = [1]\r\nlist b = [2]\r\n",
        "list a = [1]\n\u{feff}list b = [2]\nlist c = [3]\n",
    ]));
}

#[test]
fn tests_and_data() {
    insta::assert_snapshot!(files(&[
        "test r {\n  fires \"a\" { a: 1, b: [1, { c: 2 d: 3 }] }\n  silent \"b\" { a: 1 }\n}\n",
        "test r {\n  fire \"a\" { a: 1 }\n  silent { a: 1 }\n  silent \"b\"\n  passes \"c\" s with\n}\n",
        "test r {\n  fires \"a\" { a: 1\n  silent \"b\" { a: 1 }\n}\n",
        "test {\n  fires \"a\" { a: 1 }\n}\n",
        "test r {\n  fires \"a\" { a: { b: } }\n  fires \"b\" { \"a\" 1 }\n  fires \"c\" { a: unknown(b) }\n}\n",
        "test r {\n  fires \"a\" { a: [1, 2 }\n  fires \"b\" file x.json\n}\n",
        "test r {\n  fires \"a\" { a: 'x }\n  fires \"b\" { a: 1,, b: 2 }\n}\n",
    ]));
}

#[test]
fn nesting_beyond_the_limit() {
    let deep = MAX_NESTING + 20;
    let not = format!("{}a", "not ".repeat(deep));
    let group = format!("{}a{}", "(".repeat(deep), ")".repeat(deep));
    let (_, in_not) = parse_condition(FileId(0), &not, 0);
    let (_, in_group) = parse_condition(FileId(0), &group, 0);
    let data = format!("sample s on x {{ a: {}1{} }}\n", "[".repeat(deep), "]".repeat(deep));
    let in_data = parse(FileId(0), &data).diagnostics;
    insta::assert_snapshot!(show(&not, &in_not) + &show(&group, &in_group) + &show(&data, &in_data));
}

/// What people write who come from another language.
#[test]
fn habits_of_other_languages() {
    insta::assert_snapshot!(conditions(&[
        "a.b in (c, d,)",
        "a.b in {c}",
        "a.b not in (c)",
        "a.b not exists",
        "a.b is null",
        "a.b is not null",
        "exists a.b",
        "not exists a.b",
        "if a.b = c",
        "NOT a.b exists",
        "a.b <> c",
        "a.b = c; d.e exists",
        "a.b = c,",
        "a.b = c\n  d.e = f",
        "a.b = c ? d",
        "a.b > 5 MiB",
        "a.b > 90 days",
        "1 <= a.b <= 2",
        "a.b >= 1 <= 2",
        "a.b between 1 and 2",
        "any r in a.b r.c = 1",
        "any r in a.b { r.c = 1 }",
        "some r in a.b (r.c = 1)",
        "for any r in a.b (r.c = 1)",
        "a.b any (c = 1)",
        "a.0.b = c",
        "a.x-b = c",
        "$.a.b = c",
        "a.b glob c[d]*",
        "a.b = ${c}",
        "a.b = [c]",
        "a.b = oneof(c, d)",
        "a.b one of (c, d)",
        "cel\"a\"",
        "a.b = c // d",
    ]));
    insta::assert_snapshot!(files(&[
        "// a\n/* b */\nlist a = [1]\n",
        "rule: r\n  condition: a\n",
        "import std.net\n",
        "macro m: a\n",
        "list l = (a)\n",
        "test r {\n  fires: \"t\" { a: 1 }\n}\n",
        "list l = [https://a/b?c=d]\n",
        "rule 2a on x {\n when: a\n}\nrule a.b on x {\n when: a\n}\n",
        "rule r on x {\n when: a\n message: \"{cel\"b\"}\"\n fix: \"a \"b\" c\"\n}\n",
    ]));
}
