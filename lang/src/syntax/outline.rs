//! What a tree says, without where it says it.

use super::ast::File;

/// The tree as text without places and comments. Two files with equal outlines mean the same.
pub(crate) fn outline(file: &File) -> String {
    let tree = format!("{:?} {:?} {:?}", file.package, file.uses, file.decls);
    let mut out = String::with_capacity(tree.len() / 2);
    let mut rest = tree.as_str();
    // What stands in quotes is the author's, and may look like anything.
    while let Some(at) = rest.find(['"', 'S']) {
        let (before, here) = rest.split_at(at);
        out.push_str(before);
        let len = if here.starts_with("Span {") {
            // `Span { file: FileId(0), start: 1, end: 2 }`
            here.find('}').map_or(here.len(), |close| close + 1)
        } else {
            let len = if here.starts_with('"') { quoted(here) } else { 1 };
            out.push_str(here.get(..len).unwrap_or_default());
            len
        };
        rest = here.get(len..).unwrap_or_default();
    }
    out + rest
}

/// The length of the quoted text that starts here.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::outline;
    use crate::source::FileId;
    use crate::syntax::parse;

    #[test]
    fn places_make_no_difference_and_text_does() {
        let read = |text: &str| outline(&parse(FileId(0), text));
        assert_eq!(read("list a = [x, \"y\"]"), read("# c\n\nlist a=[ x,'y', ]"));
        assert_ne!(read("list a = [x]"), read("list a = [\"x\"]"));
        assert_ne!(
            read("list a = [\"Span { file: FileId(0), start: 1, end: 2 }\"]"),
            read("list a = [\"Span { file: FileId(0), start: 1, end: 3 }\"]")
        );
        assert!(!read("macro m = Span and a.b = c").contains("start"));
    }
}
