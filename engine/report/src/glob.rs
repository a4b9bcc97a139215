//! Shell patterns over ids and paths.

/// Whether `pattern` covers all of `text`: `*` stands for any characters, `?` for one.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    covers(pattern, text, false)
}

/// Whether `pattern` covers `path` or a folder above it. `*` and `?` stay within a folder, `**`
/// does not; a pattern without `/` is looked for in every folder, as in `.gitignore`.
pub(crate) fn matches_path(pattern: &str, path: &str) -> bool {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    let path = path.strip_prefix("./").unwrap_or(path);
    let (folder_only, pattern) = match pattern.strip_suffix('/') {
        Some(rest) => (true, rest),
        None => (false, pattern),
    };
    let anchored = pattern.contains('/');
    let ends = path.match_indices('/').map(|(at, _)| at).filter(|at| *at > 0);
    let ends = ends.chain((!folder_only).then_some(path.len()));
    ends.filter_map(|end| path.get(..end)).any(|upper| {
        let upper = if anchored { upper } else { upper.rsplit('/').next().unwrap_or(upper) };
        covers(pattern, upper, true)
    })
}

/// Backs up to the last `*` and the last `**` only, so that it takes at most
/// text × text × pattern steps, whatever the pattern.
fn covers(pattern: &str, text: &str, path: bool) -> bool {
    let (mut p, mut t) = (pattern, text);
    // Where to go on after a star has taken one character more.
    let mut star: Option<(&str, &str)> = None;
    let mut deep: Option<(&str, &str)> = None;
    loop {
        if let Some(rest) = p.strip_prefix("**").filter(|_| path) {
            // `a/**/b` is also `a/b`.
            p = rest.strip_prefix('/').unwrap_or(rest);
            (deep, star) = (Some((p, t)), None);
            continue;
        }
        if let Some(rest) = p.strip_prefix('*') {
            p = rest;
            star = Some((p, t));
            continue;
        }
        let (wanted, found) = (p.chars().next(), t.chars().next());
        match (wanted, found) {
            (None, None) => return true,
            (Some(w), Some(f)) if w == f || (w == '?' && !(path && f == '/')) => {
                p = p.get(w.len_utf8()..).unwrap_or_default();
                t = t.get(f.len_utf8()..).unwrap_or_default();
                continue;
            }
            _ => {}
        }
        if let Some((rest, after)) = star.and_then(|(p, t)| Some((p, past(t, |c| !(path && c == '/'))?))) {
            (p, t) = (rest, after);
            star = Some((rest, after));
        } else if let Some((rest, after)) = deep.and_then(|(p, t)| Some((p, past(t, |_| true)?))) {
            (p, t) = (rest, after);
            (deep, star) = (Some((rest, after)), None);
        } else {
            return false;
        }
    }
}

/// The text after its first character, where a star may take that.
fn past(text: &str, may: impl Fn(char) -> bool) -> Option<&str> {
    let mut chars = text.chars();
    chars.next().filter(|c| may(*c)).map(|_| chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids() {
        assert!(matches("aws.s3.*", "aws.s3.bucket.open"));
        assert!(matches("*", ""));
        assert!(matches("a?c*e", "abcdde"));
        assert!(!matches("aws.s3", "aws.s3.open"));
        assert!(!matches("a*b", "ac"));
        assert!(matches("*ü", "aü"));
    }

    #[test]
    fn paths() {
        assert!(matches_path("legacy/**", "legacy/a/b.yaml"));
        assert!(matches_path("legacy/", "legacy/a/b.yaml"));
        assert!(matches_path("legacy", "x/legacy/b.yaml"));
        assert!(!matches_path("legacy/", "legacy"));
        assert!(!matches_path("legacy/*.yaml", "x/legacy/a.yaml"));
        assert!(matches_path("**/legacy/*.yaml", "legacy/a.yaml"));
        assert!(matches_path("**/legacy/*.yaml", "x/y/legacy/a.yaml"));
        assert!(!matches_path("a/*.yaml", "a/b/c.yaml"));
        assert!(matches_path("a/**/c.yaml", "a/b/d/c.yaml"));
        assert!(matches_path("*.yaml", "./a/b/c.yaml"));
        assert!(!matches_path("*.yaml", "a/b/c.json"));
        assert!(matches_path("s3://bucket/**", "s3://bucket/AWSLogs/x.json.gz"));
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]

        #[test]
        fn a_path_matches_itself_and_everything(path in "[a-zä.]{1,4}(/[a-zä.]{1,4}){0,4}") {
            proptest::prop_assert!(matches_path(&path, &path));
            proptest::prop_assert!(matches_path("**", &path));
            let name = path.rsplit('/').next().unwrap_or(&path);
            let deep = format!("**/{name}");
            proptest::prop_assert!(matches_path(&deep, &path), "{deep} {path}");
        }

        #[test]
        fn a_match_of_ids_is_the_defined_one(
            pattern in "[ab*?]{0,8}",
            text in "[ab]{0,8}",
        ) {
            proptest::prop_assert_eq!(matches(&pattern, &text), slow(&pattern, &text));
        }
    }

    /// The definition, without any cleverness.
    fn slow(pattern: &str, text: &str) -> bool {
        let Some(first) = pattern.chars().next() else { return text.is_empty() };
        let rest = &pattern[first.len_utf8()..];
        match (first, text.chars().next()) {
            ('*', _) => (0..=text.len()).any(|at| slow(rest, &text[at..])),
            ('?', Some(c)) => slow(rest, &text[c.len_utf8()..]),
            (a, Some(b)) if a == b => slow(rest, &text[b.len_utf8()..]),
            _ => false,
        }
    }

    #[test]
    fn a_pattern_full_of_stars_ends() {
        let pattern = "**/*a".repeat(40);
        assert!(!matches_path(&(pattern + "z"), &"a/".repeat(400)));
        assert!(!matches(&"*a".repeat(60), &"ab".repeat(2_000)));
    }
}
