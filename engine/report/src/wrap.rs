//! Breaking text into lines of a width.

use unicode_width::UnicodeWidthStr;

/// The lines of `text`, each at most `width` columns wide where its words allow it.
pub(crate) fn lines(text: &str, width: Option<usize>) -> Vec<String> {
    let Some(width) = width else { return vec![text.to_owned()] };
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split(' ') {
        let columns = word.width();
        if used > 0 && used + 1 + columns > width {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        used += columns;
    }
    lines.push(line);
    lines
}

/// The text, cut to at most `limit` characters with an ellipsis in place of what is left out.
pub(crate) fn clip(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words() {
        assert_eq!(lines("one two three", Some(7)), ["one two", "three"]);
        assert_eq!(lines("a verylongword b", Some(4)), ["a", "verylongword", "b"]);
        assert_eq!(lines("日本 日本", Some(5)), ["日本", "日本"]);
        assert_eq!(lines("one two three", None), ["one two three"]);
        assert_eq!(clip("日本語", 2), "日本…");
    }
}
