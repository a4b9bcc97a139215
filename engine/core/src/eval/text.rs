//! Operators on text.

use eyas_lang::checked::CompareOp;
use memchr::memmem;
use smol_str::SmolStr;

use super::Truth;

/// `text op pattern`
pub(super) fn holds(op: CompareOp, text: &str, pattern: &str) -> bool {
    match op {
        CompareOp::Eq => text == pattern,
        CompareOp::Ne => text != pattern,
        CompareOp::Lt => text < pattern,
        CompareOp::Le => text <= pattern,
        CompareOp::Gt => text > pattern,
        CompareOp::Ge => text >= pattern,
        CompareOp::Contains | CompareOp::BContains => {
            memmem::find(text.as_bytes(), pattern.as_bytes()).is_some()
        }
        CompareOp::IContains => contains_folded(text.as_bytes(), pattern.as_bytes()),
        CompareOp::StartsWith | CompareOp::BStartsWith => text.starts_with(pattern),
        CompareOp::IStartsWith => starts_folded(text.as_bytes(), pattern.as_bytes()),
        CompareOp::EndsWith => text.ends_with(pattern),
        CompareOp::IEndsWith => ends_folded(text.as_bytes(), pattern.as_bytes()),
        CompareOp::Glob => glob(pattern, text, false),
        CompareOp::IGlob => glob(pattern, text, true),
        // Other operators are no text tests; the checker lowers them to tests of their own.
        _ => false,
    }
}

fn starts_folded(text: &[u8], pattern: &[u8]) -> bool {
    text.get(..pattern.len()).is_some_and(|head| head.eq_ignore_ascii_case(pattern))
}

fn ends_folded(text: &[u8], pattern: &[u8]) -> bool {
    let from = text.len().checked_sub(pattern.len());
    from.and_then(|from| text.get(from..)).is_some_and(|tail| tail.eq_ignore_ascii_case(pattern))
}

fn contains_folded(text: &[u8], pattern: &[u8]) -> bool {
    let Some(&first) = pattern.first() else { return true };
    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    memchr::memchr2_iter(lower, upper, text)
        .any(|at| text.get(at..).is_some_and(|rest| starts_folded(rest, pattern)))
}

/// A shell pattern over the whole text: `*`, `?`, `[a-z]`, `[!x]`, `\` before a character that
/// stands for itself. Backs up to the last star only, so it takes at most text × pattern steps.
pub(super) fn glob(pattern: &str, text: &str, fold: bool) -> bool {
    let mut p = pattern;
    let mut t = text;
    let mut back: Option<(&str, &str)> = None;
    loop {
        if let Some(rest) = p.strip_prefix('*') {
            p = rest;
            back = Some((p, t));
            continue;
        }
        let stepped = match t.chars().next() {
            None if p.is_empty() => return true,
            None => None,
            Some(c) => one(p, c, fold).map(|rest| (rest, t.get(c.len_utf8()..).unwrap_or_default())),
        };
        match (stepped, back) {
            (Some((rest_p, rest_t)), _) => (p, t) = (rest_p, rest_t),
            (None, Some((star, from))) => {
                let Some(c) = from.chars().next() else { return false };
                let next = from.get(c.len_utf8()..).unwrap_or_default();
                (p, t) = (star, next);
                back = Some((star, next));
            }
            (None, None) => return false,
        }
    }
}

/// The pattern after its first element, if that matches `c`.
fn one(pattern: &str, c: char, fold: bool) -> Option<&str> {
    let same = |a: char| a == c || (fold && a.eq_ignore_ascii_case(&c));
    let mut chars = pattern.chars();
    match chars.next()? {
        '?' => Some(chars.as_str()),
        '[' => match class(chars.as_str(), c, fold) {
            Some((true, rest)) => Some(rest),
            Some((false, _)) => None,
            // Never closed: an ordinary bracket.
            None => same('[').then_some(chars.as_str()),
        },
        '\\' => match chars.next() {
            Some(literal) => same(literal).then_some(chars.as_str()),
            None => same('\\').then_some(""),
        },
        literal => same(literal).then_some(chars.as_str()),
    }
}

/// Whether `c` is in the class whose text follows the `[`, and what follows the class.
fn class(text: &str, c: char, fold: bool) -> Option<(bool, &str)> {
    let (negated, mut rest) = match text.strip_prefix(['!', '^']) {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut found = false;
    let mut first = true;
    loop {
        let mut chars = rest.chars();
        let mut low = chars.next()?;
        if low == ']' && !first {
            return Some((found != negated, chars.as_str()));
        }
        if low == '\\' {
            low = chars.next()?;
        }
        first = false;
        rest = chars.as_str();
        let mut high = low;
        if let Some(after) = rest.strip_prefix('-')
            && let Some(end) = after.chars().next()
            && end != ']'
        {
            high = end;
            rest = after.get(end.len_utf8()..).unwrap_or_default();
        }
        let within = |c: char| low <= c && c <= high;
        found |= within(c) || (fold && (within(c.to_ascii_lowercase()) || within(c.to_ascii_uppercase())));
    }
}

/// `pmatch`: the path is the prefix, or lies below it.
pub(super) fn lies_below(path: &str, prefix: &str) -> bool {
    let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What `op pattern` says of a text of which only some parts are known.
pub(super) fn partly(op: CompareOp, parts: &[Option<SmolStr>], pattern: &str) -> Truth {
    if parts.is_empty() {
        return Truth::Unknown;
    }
    match op {
        CompareOp::Eq if !fits(parts, pattern) => Truth::False,
        CompareOp::Ne if !fits(parts, pattern) => Truth::True,
        CompareOp::Contains if parts.iter().flatten().any(|p| p.contains(pattern)) => Truth::True,
        CompareOp::StartsWith => {
            let head = parts.first().and_then(Option::as_deref).unwrap_or_default();
            decided(head.starts_with(pattern), pattern.starts_with(head))
        }
        CompareOp::EndsWith => {
            let tail = parts.last().and_then(Option::as_deref).unwrap_or_default();
            decided(tail.ends_with(pattern), pattern.ends_with(tail))
        }
        _ => Truth::Unknown,
    }
}

/// Whether an expression matches within a part of a text that is known. Where a match touches
/// what is not known nothing is certain: that decides what `$`, `\b` or a repetition come to.
pub(super) fn matches_within(regex: &regex::Regex, parts: &[Option<SmolStr>]) -> bool {
    let last = parts.len().saturating_sub(1);
    parts.iter().enumerate().any(|(at, part)| {
        part.as_deref().is_some_and(|part| {
            let inside = |found: regex::Match<'_>| {
                (at == 0 || found.start() > 0) && (at == last || found.end() < part.len())
            };
            regex.find_iter(part).any(inside)
        })
    })
}

fn decided(certain: bool, possible: bool) -> Truth {
    match (certain, possible) {
        (true, _) => Truth::True,
        (false, true) => Truth::Unknown,
        (false, false) => Truth::False,
    }
}

/// Whether a text of which these parts are known could be `text`.
pub(super) fn fits(parts: &[Option<SmolStr>], text: &str) -> bool {
    let mut rest = text;
    let mut anchored = true;
    for part in parts {
        match part {
            None => anchored = false,
            Some(part) if anchored => match rest.strip_prefix(part.as_str()) {
                Some(after) => rest = after,
                None => return false,
            },
            Some(part) => match rest.find(part.as_str()) {
                Some(at) => {
                    rest = rest.get(at + part.len()..).unwrap_or_default();
                    anchored = true;
                }
                None => return false,
            },
        }
    }
    // The last part must end the text; an earlier occurrence may have been taken for it.
    !anchored
        || rest.is_empty()
        || parts.last().and_then(Option::as_deref).is_some_and(|last| rest.ends_with(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abcd", false),
            ("*a*b", "xaxxb", true),
            ("?", "é", true),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("[]]", "]", true),
            ("[a", "[a", true),
            (r"\*", "*", true),
            (r"\*", "a", false),
            ("", "", true),
            ("", "a", false),
        ] {
            assert_eq!(glob(pattern, text, false), expected, "{pattern} {text}");
        }
        assert!(glob("A*[X-Z]", "abcz", true));
        assert!(!glob("A*", "abc", false));
    }

    #[test]
    fn a_glob_of_stars_does_not_blow_up() {
        let pattern = "a*".repeat(50) + "b";
        assert!(!glob(&pattern, &"a".repeat(2_000), false));
    }

    #[test]
    fn folded_text() {
        assert!(holds(CompareOp::IContains, "xxRunInstances", "RUNinst"));
        assert!(holds(CompareOp::IEndsWith, "file.EXE", ".exe"));
        assert!(!holds(CompareOp::IStartsWith, "a", "ab"));
        assert!(holds(CompareOp::IContains, "abc", ""));
    }

    #[test]
    fn paths() {
        assert!(lies_below("/usr/share/doc", "/usr/share"));
        assert!(lies_below("/usr/share", "/usr/share/"));
        assert!(!lies_below("/usr/shared", "/usr/share"));
        assert!(lies_below("/x", "/"));
    }

    #[test]
    fn expressions_over_partly_known_text() {
        let parts = |p: &[Option<&str>]| p.iter().map(|s| s.map(SmolStr::new)).collect::<Vec<_>>();
        let within = |regex: &str, text: &[Option<&str>]| {
            matches_within(&regex::Regex::new(regex).expect("an expression"), &parts(text))
        };
        let script = [Some("A=${key}; B="), None, Some("\nPASSWORD=hunter22\n"), None, Some(" end")];
        assert!(within("PASSWORD=[a-z0-9]{6}", &script));
        assert!(within("^A=", &script) && within("end$", &script));
        // At the edges of what is known.
        assert!(!within("B=.*", &script));
        assert!(!within("^\nPASS", &script) && !within("22\\s$", &script));
        assert!(!within("hunter", &[None]) && !within("hunter", &[]));
    }

    #[test]
    fn partly_known_text() {
        let parts = |p: &[Option<&str>]| p.iter().map(|s| s.map(SmolStr::new)).collect::<Vec<_>>();
        let arn = parts(&[Some("arn:aws:s3:::"), None, Some("/*")]);
        assert_eq!(partly(CompareOp::Eq, &arn, "*"), Truth::False);
        assert_eq!(partly(CompareOp::Eq, &arn, "arn:aws:s3:::a/*"), Truth::Unknown);
        assert_eq!(partly(CompareOp::Eq, &arn, "arn:aws:s3:::/*/*"), Truth::Unknown);
        assert_eq!(partly(CompareOp::StartsWith, &arn, "arn:aws"), Truth::True);
        assert_eq!(partly(CompareOp::StartsWith, &arn, "arn:aws:s3:::b"), Truth::Unknown);
        assert_eq!(partly(CompareOp::StartsWith, &arn, "http"), Truth::False);
        assert_eq!(partly(CompareOp::EndsWith, &arn, "*"), Truth::True);
        assert_eq!(partly(CompareOp::EndsWith, &arn, "x"), Truth::False);
        assert_eq!(partly(CompareOp::Contains, &arn, "s3"), Truth::True);
        assert_eq!(partly(CompareOp::Contains, &arn, "zz"), Truth::Unknown);
        assert_eq!(partly(CompareOp::Ne, &arn, "*"), Truth::True);
        assert_eq!(partly(CompareOp::Eq, &parts(&[None, Some("ab")]), "abab"), Truth::Unknown);
    }
}
