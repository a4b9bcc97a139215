//! Hostile rule files: diagnostics, in bounded time, and never a panic.

use std::fmt::Write;

use super::{check_files, said};
use crate::diagnostics::Code;

fn codes(text: &str) -> Vec<Code> {
    let (_, checked) = check_files(&[("rules.eyas", text)]);
    checked.diagnostics.iter().map(|d| d.code).collect()
}

#[test]
fn macros_that_double_at_every_level_are_stopped() {
    let mut text = String::from("macro m0 = ct.name = A\n");
    for i in 1..60 {
        writeln!(text, "macro m{i} = m{} or m{}", i - 1, i - 1).expect("a string");
    }
    text.push_str("rule r on cloudtrail { severity: low when: m59 }\nrule s on cloudtrail { severity: low when: ct.name = A }\n");
    assert_eq!(codes(&text), [Code::TooComplex]);
    let (_, checked) = check_files(&[("rules.eyas", &text)]);
    assert_eq!(checked.rules.rules.len(), 1, "the other rule still runs");
}

#[test]
fn lists_that_double_at_every_level_stay_small() {
    let mut text = String::from("list l0 = [A, B]\n");
    for i in 1..50 {
        writeln!(text, "list l{i} = [l{}, l{}]", i - 1, i - 1).expect("a string");
    }
    text.push_str("rule r on cloudtrail { severity: low when: ct.name in l49 }\n");
    assert_eq!(codes(&text), []);
}

#[test]
fn long_chains_of_macros_are_stopped() {
    let mut text = String::from("macro m0(x) = x = A\n");
    for i in 1..2_000 {
        writeln!(text, "macro m{i}(x) = m{}(x)", i - 1).expect("a string");
    }
    text.push_str("rule r on cloudtrail { severity: low when: m1999(ct.name) }\n");
    assert_eq!(codes(&text), [Code::TooComplex]);
}

#[test]
fn arguments_that_lead_through_many_macros_are_read() {
    let mut text = String::from("macro m0(x) = ct.name = x\n");
    for i in 1..40 {
        writeln!(text, "macro m{i}(x) = m{}(x)", i - 1).expect("a string");
    }
    text.push_str("rule r on cloudtrail { severity: low when: m39(RunInstances) }\n");
    assert_eq!(said(&text), "");
}

#[test]
fn prefixes_and_deletions_of_a_rule_file_never_panic() {
    let text = "use std.net\nparam p: list<string> = [a, b]\nlist l = [22, p]\nmacro m(r, q) = r.x = q or any z in r.y (z in l)\n\
        ## Doc.\nrule r on cloudtrail {\n  severity: low if ct.name = A, otherwise high\n  where: ct.src = x.y\n  let a = cel\"size(ct.name)\"\n  when: m(event, 3) and ct.srcip in (10.0.0.0/8, account.public_ips)\n  except e(ct.user) in [a, b]\n  message: \"{ct.user} {a} {cel\"a + 1\"}\"\n  maps: [attack/T1]\n}\n\
        sequence s on cloudtrail { severity: low within: 5m step a: ct.name = A step b: ct.name = B }\n\
        pattern k { regex: /a+/ examples: [aa] }\nsample q on cloudtrail { eventName: A }\ntest r { fires \"x\" q with { a: [1] } }\n";
    let words: Vec<(usize, &str)> = text
        .split_inclusive(|c: char| !c.is_alphanumeric())
        .map(|w| (w.as_ptr() as usize - text.as_ptr() as usize, w))
        .collect();
    for (at, word) in words {
        check_files(&[("rules.eyas", &text[..at])]);
        check_files(&[("rules.eyas", &format!("{}{}", &text[..at], &text[at + word.len()..]))]);
    }
}
