//! The line that a finding is about, with what is marked in it.

use eyas_engine::finding::{Finding, Location};
use unicode_width::UnicodeWidthStr;

use crate::escape;
use crate::redact::is_redacted;
use crate::source::Sources;

/// Columns that a tab takes: YAML has none, JSON templates and rules do.
const TAB: &str = "    ";

/// A line as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Snippet {
    /// The line's number.
    pub(crate) line: u64,
    /// What stands before the marked part, the part, and what stands behind it: nothing in them
    /// can harm a terminal.
    pub(crate) parts: [String; 3],
    /// The line that the marked part reaches to, if that is another one.
    pub(crate) end_line: Option<u64>,
}

impl Snippet {
    /// The line that a finding starts on; none where it may hold a secret that was left out.
    pub(crate) fn of_finding(finding: &Finding, sources: &Sources, width: usize) -> Option<Self> {
        if is_redacted(finding) { None } else { Self::of(finding.location.as_ref()?, sources, width) }
    }

    /// The line that `location` starts on, at most about `width` columns of it.
    fn of(location: &Location, sources: &Sources, width: usize) -> Option<Self> {
        let line = location.line?;
        let text = sources.line(&location.file, line)?;
        let characters = text.chars().count();
        let start = match location.column {
            Some(column) => index(column).min(characters),
            None => text.chars().take_while(|c| c.is_whitespace()).count(),
        };
        let end_line = location.end_line.filter(|end| *end > line);
        let end = match (end_line, location.end_column) {
            (None, Some(column)) => index(column).clamp(start, characters),
            (None, None) if location.column.is_some() => (start + 1).min(characters),
            _ => text.trim_end().chars().count().max(start),
        };
        let part = |from: usize, to: usize| show(text.chars().skip(from).take(to - from));
        let parts = [part(0, start), part(start, end), part(end, characters)];
        Some(Self { line, parts: clipped(parts, width), end_line })
    }

    /// Columns before the marked part, and columns of it.
    pub(crate) fn columns(&self) -> (usize, usize) {
        let [before, marked, _] = &self.parts;
        (before.width(), marked.width().max(1))
    }
}

/// A column as an index from 0.
fn index(column: u64) -> usize {
    usize::try_from(column.saturating_sub(1)).unwrap_or(usize::MAX)
}

fn show(text: impl Iterator<Item = char>) -> String {
    let text: String = text.collect();
    escape::terminal(&text.replace('\t', TAB)).into_owned()
}

/// Leaves out of a line that is too long what is farthest from the marked part.
fn clipped([before, marked, after]: [String; 3], width: usize) -> [String; 3] {
    let marked = keep_start(&marked, width);
    let left = width - marked.width();
    // Up to two thirds of what is left go to the part before, which says what the value is of.
    let wanted = before.width().min((left * 2 / 3).max(left.saturating_sub(after.width())));
    let before = keep_end(&before, wanted);
    let after = keep_start(&after, left - before.width().min(left));
    [before, marked, after]
}

fn keep_start(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    for c in text.chars() {
        if out.width() + c.to_string().width() + 1 > width {
            break;
        }
        out.push(c);
    }
    if width > 0 {
        out.push('…');
    }
    out
}

fn keep_end(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let reversed: String = text.chars().rev().collect();
    keep_start(&reversed, width).chars().rev().collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::source::Texts;

    fn snippet(text: &str, place: (u64, u64), end: Option<(u64, u64)>, width: usize) -> Option<Snippet> {
        let texts = Texts::default();
        texts.insert("t", Arc::from(text));
        let location = Location {
            file: "t".into(),
            line: Some(place.0),
            column: Some(place.1),
            end_line: end.map(|e| e.0),
            end_column: end.map(|e| e.1),
            ..Location::default()
        };
        Snippet::of(&location, &Sources::new(Arc::new(texts)), width)
    }

    fn parts(text: &str, column: u64, end: u64, width: usize) -> [String; 3] {
        snippet(text, (1, column), Some((1, end)), width).expect("the line is there").parts
    }

    #[test]
    fn the_extent_is_marked() {
        assert_eq!(parts("a: bc # d", 4, 6, 80), ["a: ", "bc", " # d"]);
        assert_eq!(parts("\tü日: x", 3, 4, 80), ["    ü", "日", ": x"]);
        let wide = snippet("\tü日: x", (1, 3), Some((1, 4)), 80).expect("the line is there");
        assert_eq!(wide.columns(), (5, 2));
    }

    #[test]
    fn control_characters_are_shown_as_escapes() {
        assert_eq!(parts("a\u{1b}[31m: \u{7}x", 10, 11, 80), ["a\\u{1b}[31m: \\u{7}", "x", ""]);
    }

    #[test]
    fn an_extent_over_lines_is_marked_to_the_end_of_the_first() {
        let found = snippet("A:\n  B: c  \n", (1, 1), Some((2, 7)), 80).expect("the line is there");
        assert_eq!((found.parts, found.end_line), (["".into(), "A:".into(), "".into()], Some(2)));
    }

    #[test]
    fn a_place_outside_the_text_is_no_panic() {
        assert_eq!(snippet("abc", (7, 1), None, 80), None);
        assert_eq!(parts("abc", 90, 99, 80), ["abc", "", ""]);
        assert_eq!(parts("abc", 3, 1, 80), ["ab", "", "c"]);
        assert_eq!(parts("abc", u64::MAX, u64::MAX, 80), ["abc", "", ""]);
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

        #[test]
        fn any_place_in_any_text_is_shown_safely(
            text in ".{0,60}(\n.{0,60}){0,3}",
            start in (0u64..6, 0u64..80),
            end in proptest::option::of((0u64..6, 0u64..80)),
            width in 1usize..60,
        ) {
            if let Some(found) = snippet(&text, start, end, width) {
                let shown = found.parts.concat();
                proptest::prop_assert!(!shown.chars().any(char::is_control), "{shown:?}");
                // A character that is two columns wide may not fit beside an ellipsis.
                proptest::prop_assert!(shown.width() <= width + 2, "{shown:?} in {width}");
            }
        }
    }

    #[test]
    fn long_lines_are_cut_around_the_mark() {
        let text = format!("{}MARK{}", "a".repeat(500), "b".repeat(500));
        let [before, marked, after] = parts(&text, 501, 505, 40);
        assert_eq!(marked, "MARK");
        assert!(before.starts_with('…') && after.ends_with('…'), "{before} {after}");
        assert!(before.width() + marked.width() + after.width() <= 40);
        let [_, marked, after] = parts(&text, 501, 1_004, 40);
        assert_eq!((marked.width(), after.as_str()), (40, ""));
    }
}
