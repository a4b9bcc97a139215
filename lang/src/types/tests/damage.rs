//! Damaged rule files are read, resolved and checked: diagnostics, never a panic.

use std::sync::Arc;

use super::packs::policies;
use crate::catalog::Catalog;
use crate::source::{FileId, SourceFile, Sources, Span};
use crate::syntax::ast::File;
use crate::syntax::tests::generators::exhaustive;
use crate::syntax::tokens::{Token, Tokens};
use crate::syntax::{ast, parse};
use crate::types::{CheckOptions, check};

/// A file of the pack together with the files whose names it uses, which are read once.
struct Neighbours {
    sources: Sources,
    trees: Vec<File>,
    /// The file that is damaged, last of all.
    subject: SourceFile,
}

impl Neighbours {
    fn of(subject: &SourceFile, pack: &[(&SourceFile, File)]) -> Self {
        let uses: Vec<ast::Name> = parse(FileId(0), &subject.text).uses;
        let mut sources = Sources::default();
        let mut trees = Vec::new();
        for (file, tree) in pack {
            let package = tree.package.as_ref().map(|name| name.text.as_str());
            if file.name != subject.name && uses.iter().any(|name| Some(name.text.as_str()) == package) {
                trees.push(parse(sources.add((*file).clone()), &file.text));
            }
        }
        Self { sources, trees, subject: subject.clone() }
    }

    /// Reads and checks the file with this text in its place; whether there was a complaint.
    fn complain(&mut self, text: &str) -> bool {
        let mut sources = self.sources.clone();
        let id = sources.add(SourceFile { text: Arc::from(text), ..self.subject.clone() });
        self.trees.push(parse(id, text));
        let checked = check(&sources, &self.trees, Catalog::builtin(), &CheckOptions::default());
        self.trees.pop();
        let inside = |span: Span| {
            let text = &sources.get(span.file).text;
            text.get(span.start as usize..span.end as usize).is_some()
        };
        for d in &checked.diagnostics {
            assert!(d.labels().iter().all(|label| inside(label.span)), "{d:?} is outside of {text:?}");
            assert!(!d.message.is_empty() && !d.message.ends_with('.'), "{d:?}");
        }
        checked.diagnostics.iter().any(|d| d.span().file == id)
    }
}

/// Cuts at every token, cuts within every token, and every deletion of a token, in the project's
/// rule files: a few of each tenth file, all of them with `EYAS_EXHAUSTIVE=1` (minutes, where it is
/// compiled with `CARGO_PROFILE_TEST_OPT_LEVEL=3`).
#[test]
fn rule_files_may_be_damaged_anywhere() {
    let policies = policies();
    let pack: Vec<(&SourceFile, File)> =
        policies.iter().map(|(id, file)| (file, parse(id, &file.text))).collect();
    let mut tried = 0;
    for (nth, (file, _)) in pack.iter().enumerate().step_by(if exhaustive() { 1 } else { 10 }) {
        let text = &file.text;
        let mut neighbours = Neighbours::of(file, &pack);
        let tokens: Vec<Token> = Tokens::of(text).collect();
        let step = if exhaustive() { 1 } else { 1 + tokens.len() / 4 };
        for token in tokens.iter().skip(nth % step).step_by(step) {
            neighbours.complain(&text[..token.end]);
            neighbours.complain(&text[..text.floor_char_boundary(token.start.midpoint(token.end))]);
            let damaged = format!("{}{}", &text[..token.start], &text[token.end..]);
            let complaint = neighbours.complain(&damaged);
            let bracket = matches!(&text[token.start..token.end], "(" | ")" | "[" | "]" | "{" | "}");
            assert!(complaint || !bracket, "{damaged}");
            tried += 3;
        }
    }
    println!("{tried} damaged texts of {} files", pack.len());
}
