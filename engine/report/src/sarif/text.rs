//! Messages: SARIF gives some characters in them a meaning.

/// A message's text. SARIF reads `{0}` as a placeholder and `[a](b)` as a link; both are
/// escaped where the text happens to hold them, and everything else stays as it is.
pub(super) fn message(text: &str) -> String {
    let mut out = text.to_owned();
    if out.contains("](") {
        out = out.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]");
    }
    if has_placeholder(&out) {
        out = out.replace('{', "{{").replace('}', "}}");
    }
    out
}

fn has_placeholder(text: &str) -> bool {
    text.split('{').skip(1).any(|rest| {
        let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        digits.len() < rest.len() && digits.starts_with('}')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_hold_no_placeholders_and_no_links() {
        assert_eq!(message("opens 22 to {world}"), "opens 22 to {world}");
        assert_eq!(message("a {0} b"), "a {{0}} b");
        assert_eq!(message("[click](http://x)"), r"\[click\](http://x)");
    }
}
