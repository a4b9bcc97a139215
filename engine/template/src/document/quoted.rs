//! Quoted YAML text over several lines that are indented less than YAML wants.
//!
//! CloudFormation's own parser takes them, and real templates have them (policy documents pasted
//! into quotes). Each is read as quoted text of the same length in one line, so that every place
//! stays right, and its real content is put in when it comes out of the parser.

use granit_parser::{Event, Parser};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

/// The contents of quoted texts that were replaced, by where they start.
#[derive(Debug, Default)]
pub(super) struct Replaced {
    contents: FxHashMap<u32, SmolStr>,
}

impl Replaced {
    /// The content of the quoted text at an offset, if it was replaced.
    pub(super) fn at(&self, start: u32) -> Option<&SmolStr> {
        self.contents.get(&start)
    }

    /// Replaces in `text` the quoted text that begins at or after `from` and stretches over
    /// `offset`. Nothing where there is none, or where its content cannot be read.
    pub(super) fn replace(&mut self, text: &str, from: usize, offset: usize) -> Option<String> {
        let start = opening(text, from, offset)?;
        let end = closing(text, start).filter(|end| *end > offset)?;
        let quoted = text.get(start..end)?;
        let quote = quoted.get(..1)?;
        let content = content(quoted)?;
        self.contents.insert(start as u32, content);
        let filler = "x".repeat(quoted.len().saturating_sub(2));
        Some(format!("{}{quote}{filler}{quote}{}", text.get(..start)?, text.get(end..)?))
    }
}

/// Where the quoted text that covers `offset` is opened, looking from `from`.
pub(super) fn opening(text: &str, from: usize, offset: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    while at < offset {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before)).copied().unwrap_or(b'\n');
        match bytes.get(at)? {
            b'#' if before.is_ascii_whitespace() => at = line_end(text, at),
            b'"' | b'\'' if before.is_ascii_whitespace() || b"[{,:".contains(&before) => {
                match closing(text, at) {
                    Some(end) if end <= offset => at = end,
                    _ => return Some(at),
                }
            }
            _ => at += 1,
        }
    }
    None
}

fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |length| at + length)
}

/// One past the quote that closes the one at `start`.
pub(super) fn closing(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let quote = *bytes.get(start)?;
    let mut at = start + 1;
    loop {
        match *bytes.get(at)? {
            b'\\' if quote == b'"' => at += 2,
            byte if byte == quote => {
                if quote == b'\'' && bytes.get(at + 1) == Some(&b'\'') {
                    at += 2;
                } else {
                    return Some(at + 1);
                }
            }
            _ => at += 1,
        }
    }
}

/// What a quoted text stands for. Blanks at the start of a line never count, so they are left
/// out, and nothing is indented too little or by tabs any more.
fn content(quoted: &str) -> Option<SmolStr> {
    let mut lines = quoted.split('\n');
    let mut flat = lines.next()?.to_owned();
    for line in lines {
        flat.push('\n');
        flat.push_str(line.trim_start_matches([' ', '\t']));
    }
    Parser::new_from_str(&flat).find_map(|next| match next {
        Ok((Event::Scalar(value, ..), _)) => Some(value.as_ref().into()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::Replaced;

    #[test]
    fn the_content_folds_and_the_length_stays() {
        let text = "a:\n    b: \"x\n  y # z\n\n  'w'\"\nc: d\n";
        let mut replaced = Replaced::default();
        let flat = replaced.replace(text, 0, text.find('y').expect("it")).expect("replaced");
        assert_eq!(flat.len(), text.len());
        assert!(flat.ends_with("\"\nc: d\n"), "{flat}");
        let start = text.find('"').expect("it") as u32;
        assert_eq!(replaced.at(start).map(|content| content.as_str()), Some("x y # z\n'w'"));
    }
}
