//! Other people's text, made safe for where it is shown.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Text for a terminal: control characters (escape sequences, carriage returns, backspaces,
/// the C1 range) and characters that reorder text are shown as escapes. A line end becomes
/// `\n`, so that nobody can forge a line of the report.
pub fn terminal(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_unprintable(c) => push_escape(&mut out, c),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn push_escape(out: &mut String, c: char) {
    // Writing into a string cannot fail.
    let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
}

/// A CSV cell that no spreadsheet takes for a formula, and that does no harm when it is printed.
pub fn csv(text: &str) -> Cow<'_, str> {
    let shown = terminal(text);
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '|' | '%') => Cow::Owned(format!("'{shown}")),
        _ => shown,
    }
}

/// Markdown text that shows as written: no markup, no HTML, no links, no mentions, on one line.
pub fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => out.push(' '),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("&#64;"),
            ':' => out.push_str("&#58;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '+' | '-' | '!' | '|'
            | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c if is_unprintable(c) => {
                out.push('\\');
                push_escape(&mut out, c);
            }
            c => out.push(c),
        }
    }
    out
}

/// A Markdown code span that holds the text, whatever backticks are in it.
pub fn markdown_code(text: &str) -> String {
    let text = terminal(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') || text.is_empty() { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Text for the content or an attribute of XML and HTML: no markup, and no character that XML
/// 1.0 forbids.
pub fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in terminal(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => push_escape(&mut out, c),
            c => out.push(c),
        }
    }
    out
}

/// A path as a URI reference (RFC 3986): relative paths stay relative, absolute ones become
/// `file:` URIs, URIs stay. Everything that is no unreserved character is percent-encoded.
pub fn uri(path: &str) -> String {
    if let Some((scheme, rest)) = path.split_once("://")
        && !scheme.is_empty()
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    {
        return format!("{scheme}://{}", percent_encode(rest, true));
    }
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    if let Some(rest) = path.strip_prefix('/') {
        return format!("file:///{}", percent_encode(rest, false));
    }
    percent_encode(path.strip_prefix("./").unwrap_or(&path), false)
}

/// A link as it is written, if it leads to a page; what no URI may have in it is percent-encoded.
pub fn link(text: &str) -> Option<String> {
    if !text.starts_with("https://") && !text.starts_with("http://") {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => out.push(char::from(byte)),
            byte if b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte) => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    Some(out)
}

fn percent_encode(text: &str, already_uri: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte))
            }
            b'%' | b':' | b'@' | b'?' | b'=' | b'&' if already_uri => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_never_sees_control_characters() {
        assert_eq!(terminal("a\u{1b}[31mred\u{7}\r\nb\u{9b}x"), r"a\u{1b}[31mred\u{7}\r\nb\u{9b}x");
        assert_eq!(terminal("\u{202e}evil"), r"\u{202e}evil");
        assert!(matches!(terminal("plain ünïcode 日本"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_cell_never_starts_a_formula() {
        assert_eq!(csv("=HYPERLINK(\"x\")"), "'=HYPERLINK(\"x\")");
        assert_eq!(csv("@SUM(A1)"), "'@SUM(A1)");
        assert_eq!(csv("a=b"), "a=b");
    }

    #[test]
    fn markdown_shows_text_as_written() {
        assert_eq!(
            markdown("<img src=x> [a](b) | *c*\n@me"),
            r"&lt;img src=x&gt; \[a\]\(b\) \| \*c\* &#64;me"
        );
        assert_eq!(markdown_code("a`b``c"), "```a`b``c```");
        assert_eq!(markdown_code("`x`"), "`` `x` ``");
    }

    #[test]
    fn xml_holds_no_markup_and_nothing_that_is_forbidden() {
        assert_eq!(
            xml("<a b='\"'>&\u{1b}\u{0}\u{ffff}]]>\n"),
            r"&lt;a b=&#39;&quot;&#39;&gt;&amp;\u{1b}\u{0}\u{ffff}]]&gt;\n"
        );
    }

    #[test]
    fn only_pages_are_linked_to() {
        assert_eq!(link("https://a.b/c?d=e#f"), Some("https://a.b/c?d=e#f".into()));
        assert_eq!(link("https://a/\"><b ü"), Some("https://a/%22%3E%3Cb%20%C3%BC".into()));
        assert_eq!(link("javascript:alert(1)"), None);
    }

    #[test]
    fn paths_become_uri_references() {
        assert_eq!(uri("logs/a b#1%.json"), "logs/a%20b%231%25.json");
        assert_eq!(uri("/var/log/ü.gz"), "file:///var/log/%C3%BC.gz");
        assert_eq!(
            uri("s3://bucket/key with space?versionId=1"),
            "s3://bucket/key%20with%20space?versionId=1"
        );
        assert_eq!(uri("./x:y"), "x%3Ay");
        assert_eq!(uri("-"), "-");
    }
}
