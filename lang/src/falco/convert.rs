//! A Falco file as `.eyas` text.

use crate::fmt::format;
use crate::syntax::ast::{Comment, Decl, DeclKind, File};

/// Prints a file that was read from Falco's YAML, `source`, as `.eyas` text, with the comments
/// that stand above its items. What could not be read, or is for other events, is left out:
/// the file's diagnostics say so.
pub fn convert(file: &File, source: &str) -> String {
    let mut out = Page::default();
    let mut comments = groups(&file.comments, source).into_iter().peekable();
    let starts: Vec<_> = file.decls.iter().map(|d| d.span.start as usize).collect();
    let is_above = |group: &Group| group.item.is_none_or(|item| starts.contains(&item));
    // What opens the file goes above its package.
    while let Some(group) = comments.next_if(|g| g.item.is_none() && starts.iter().all(|s| g.start < *s)) {
        out.block(&group.text, true);
    }
    let head = File { decls: Vec::new(), comments: Vec::new(), diagnostics: Vec::new(), ..file.clone() };
    out.block(&format(&head, "").unwrap_or_default(), true);
    for decl in &file.decls {
        let mut commented = false;
        while let Some(group) = comments.next_if(|g| g.start < decl.span.start as usize) {
            if is_above(&group) {
                out.block(&group.text, true);
                commented = group.item.is_some();
            }
        }
        if let Some(text) = print(file, decl) {
            let is_line =
                matches!(decl.kind, DeclKind::List(_) | DeclKind::Macro(_)) && !text.trim().contains('\n');
            out.block(&text, !(commented || is_line && out.ends_with_line));
            out.ends_with_line = is_line;
        }
    }
    for group in comments.filter(is_above) {
        out.block(&group.text, true);
    }
    out.text
}

/// One declaration by itself.
fn print(file: &File, decl: &Decl) -> Option<String> {
    if matches!(decl.kind, DeclKind::Broken(_)) {
        return None;
    }
    let alone = File {
        file: file.file,
        package: None,
        uses: Vec::new(),
        decls: vec![decl.clone()],
        comments: Vec::new(),
        diagnostics: Vec::new(),
    };
    format(&alone, "")
}

#[derive(Default)]
struct Page {
    text: String,
    /// Whether the last block is a declaration of one line.
    ends_with_line: bool,
}

impl Page {
    /// Adds a block, after a blank line where `apart`.
    fn block(&mut self, text: &str, apart: bool) {
        let text = text.trim_end();
        if text.is_empty() {
            return;
        }
        if apart && !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(text);
        self.text.push('\n');
        self.ends_with_line = false;
    }
}

/// Comments on lines that follow each other.
struct Group {
    start: usize,
    text: String,
    /// Where the item begins that they stand right above, if they do.
    item: Option<usize>,
}

fn groups(comments: &[Comment], source: &str) -> Vec<Group> {
    let mut groups: Vec<(Group, usize)> = Vec::new();
    for comment in comments {
        let (start, end) = (comment.span.start as usize, comment.span.end as usize);
        match groups.last_mut() {
            Some((group, last))
                if source.get(*last..start).is_some_and(|gap| gap.trim() == "" && lines(gap) == 1) =>
            {
                group.text.push('\n');
                group.text.push_str(&comment.text);
                *last = end;
            }
            _ => groups.push((Group { start, text: comment.text.clone(), item: None }, end)),
        }
    }
    let item_after = |end: usize| {
        let rest = source.get(end..)?;
        let line = rest.trim_start_matches('\r').strip_prefix('\n')?;
        let body = line.trim_start_matches(' ').strip_prefix('-')?;
        Some(source.len() - body.trim_start().len())
    };
    groups.into_iter().map(|(group, end)| Group { item: item_after(end), ..group }).collect()
}

fn lines(gap: &str) -> usize {
    gap.matches('\n').count()
}
