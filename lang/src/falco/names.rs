//! Names and words of ours for what is written otherwise in Falco.

use crate::syntax::RESERVED;

/// Words that begin something at the places where names of macros and lists stand.
const TAKEN: &[&str] = &[
    "any",
    "all",
    "no",
    "count",
    "null",
    "rule",
    "macro",
    "list",
    "param",
    "pattern",
    "sequence",
    "sample",
    "test",
    "package",
    "use",
    "on",
    "if",
    "otherwise",
    "for",
    "with",
    "cel",
    "val",
];

fn is_taken(name: &str) -> bool {
    RESERVED.contains(&name) || TAKEN.contains(&name) || super::condition::TRANSFORMERS.contains(&name)
}

/// Whether a text is a bare word of ours that stands for nothing but itself.
pub(super) fn is_word(text: &str) -> bool {
    let plain = |c: char| match c.is_ascii() {
        true => c.is_ascii_graphic() && !"()[]{}\"'=,".contains(c),
        false => !c.is_whitespace(),
    };
    let means_more = RESERVED.contains(&text) && text != "true" && text != "false";
    !text.is_empty()
        && text.chars().all(plain)
        && !text.starts_with('#')
        && !text.ends_with(':')
        && !means_more
}

/// A name for a text: its letters and digits in lower case, `_` between its words.
pub(super) fn fold(text: &str, kind: &str) -> String {
    let words: Vec<_> = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let name = words.join("_").to_ascii_lowercase();
    match name.chars().next() {
        None => kind.to_owned(),
        Some(first) if first.is_ascii_digit() => format!("{kind}_{name}"),
        _ if is_taken(&name) => format!("{name}_{kind}"),
        _ => name,
    }
}

/// A name for a macro or list: as it is where it is a name of ours.
pub(super) fn keep(text: &str, kind: &str) -> String {
    let is_name = super::lex::identifier(text) == Some(text.len());
    match is_name && !is_taken(text) {
        true => text.to_owned(),
        false => fold(text, kind),
    }
}

/// A name that is not taken yet: with a number where it would be.
pub(super) fn unique(name: String, is_given: impl Fn(&str) -> bool) -> String {
    if !is_given(&name) {
        return name;
    }
    (2..).map(|n| format!("{name}_{n}")).find(|n| !is_given(n)).unwrap_or(name)
}

/// `1 field`, `2 fields`
pub(super) fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_folded() {
        assert_eq!(
            fold("Run Instances in Non-approved Region", "rule"),
            "run_instances_in_non_approved_region"
        );
        assert_eq!(fold("  2FA: off?", "rule"), "rule_2fa_off");
        assert_eq!(fold("ログイン", "rule"), "rule");
        assert_eq!(fold("Any", "rule"), "any_rule");
        assert_eq!(keep("Shell_binaries", "list"), "Shell_binaries");
        assert_eq!(keep("shell-binaries", "list"), "shell_binaries");
        assert_eq!(unique("a".to_owned(), |n| n == "a" || n == "a_2"), "a_3");
    }
}
