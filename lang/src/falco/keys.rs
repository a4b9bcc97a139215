//! Reading the keys of YAML mappings, with what is to be said about wrong ones.

use std::rc::Rc;

use super::scalar;
use super::text::Text;
use super::yaml::{Node, NodeKind};
use crate::diagnostics::{Code, Diagnostic, nearest};
use crate::source::Span;

/// A short text with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// The text.
    pub(super) text: String,
    /// Where.
    pub(super) span: Span,
}

/// What reading a file needs: its text, and what was found wrong so far.
pub(super) struct Reader<'s> {
    /// The file's text.
    pub(super) source: &'s str,
    /// What is wrong.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Keys of rules by the names that they have in `.eyas` and in Sigma.
const ELSEWHERE: &[(&str, &str)] = &[
    ("description", "desc"),
    ("message", "output"),
    ("severity", "priority"),
    ("level", "priority"),
    ("when", "condition"),
    ("title", "rule"),
];

impl Reader<'_> {
    /// Notes what is wrong.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// The place of a node, short enough to be marked.
    pub(super) fn place(&self, node: &Node) -> Span {
        scalar::place(self.source, node)
    }

    /// `expected X, found Y`
    pub(super) fn expected(&mut self, what: &str, node: &Node) {
        if matches!(node.kind, NodeKind::Broken) {
            return;
        }
        let message = format!("expected {what}, found {}", node.describe());
        self.report(Diagnostic::new(Code::FalcoItem, self.place(node), message));
    }

    /// The keys of a mapping.
    pub(super) fn keys(&mut self, node: &Rc<Node>) -> Option<Keys> {
        let NodeKind::Mapping(pairs) = &node.kind else {
            self.expected("keys with values", node);
            return None;
        };
        let mut out = Keys { span: node.span, entries: Vec::new() };
        for (key, value) in pairs {
            let Some(word) = self.scalar("a key", key) else { continue };
            if out.has(&word.text) {
                let message = format!("`{}` stands twice; the first one counts", word.text);
                let mut wrong = Diagnostic::new(Code::FalcoItem, word.span, message);
                wrong.level = crate::diagnostics::Level::Warning;
                self.report(wrong);
                continue;
            }
            out.entries.push((word, Rc::clone(value)));
        }
        Some(out)
    }

    /// The text of a scalar.
    pub(super) fn scalar(&mut self, what: &str, node: &Node) -> Option<Word> {
        match node.scalar() {
            Some(text) if !node.is_null() => {
                Some(Word { text: text.trim().to_owned(), span: self.place(node) })
            }
            _ => {
                self.expected(what, node);
                None
            }
        }
    }

    /// The items of a sequence.
    pub(super) fn sequence(&mut self, what: &str, node: &Node) -> Option<Vec<Rc<Node>>> {
        match &node.kind {
            NodeKind::Sequence(nodes) => Some(nodes.clone()),
            _ => {
                self.expected(what, node);
                None
            }
        }
    }
}

/// The keys of one mapping.
#[derive(Debug)]
pub(super) struct Keys {
    span: Span,
    entries: Vec<(Word, Rc<Node>)>,
}

impl Keys {
    /// Where the mapping stands.
    pub(super) fn span(&self) -> Span {
        self.span
    }

    /// Whether there is such a key.
    pub(super) fn has(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// The first key.
    pub(super) fn first(&self) -> Option<&Word> {
        self.entries.first().map(|(key, _)| key)
    }

    /// Every key.
    pub(super) fn all(&self) -> Vec<Word> {
        self.entries.iter().map(|(key, _)| key.clone()).collect()
    }

    fn find(&self, key: &str) -> Option<&Rc<Node>> {
        self.entries.iter().find(|(k, _)| k.text == key).map(|(_, node)| node)
    }

    /// The value of a key.
    pub(super) fn node(&self, key: &str) -> Option<Rc<Node>> {
        self.find(key).cloned()
    }

    /// The items of a key whose value is a sequence.
    pub(super) fn nodes(&self, reader: &mut Reader<'_>, key: &str) -> Option<Vec<Rc<Node>>> {
        let node = self.find(key)?;
        reader.sequence(&format!("a list of values for `{key}`"), node)
    }

    /// The value of a key as a word.
    pub(super) fn word(&self, reader: &mut Reader<'_>, key: &str) -> Option<Word> {
        let node = self.find(key)?;
        reader.scalar(&format!("text for `{key}`"), node)
    }

    /// The value of a key as text whose every byte has its place.
    pub(super) fn text(&self, reader: &mut Reader<'_>, key: &str) -> Option<Text> {
        let node = self.find(key)?;
        reader.scalar(&format!("text for `{key}`"), node)?;
        scalar::text(reader.source, node)
    }

    /// The value of a key as words.
    pub(super) fn words(&self, reader: &mut Reader<'_>, key: &str) -> Option<Vec<Word>> {
        let nodes = self.nodes(reader, key)?;
        Some(nodes.iter().filter_map(|n| reader.scalar("text", n)).collect())
    }

    /// The value of a key as true or false, in the spellings of YAML 1.1.
    pub(super) fn boolean(&self, reader: &mut Reader<'_>, key: &str) -> Option<(bool, Span)> {
        let word = self.word(reader, key)?;
        match word.text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "y" => Some((true, word.span)),
            "false" | "no" | "off" | "n" => Some((false, word.span)),
            _ => {
                let message = format!("expected true or false for `{key}`, found `{}`", word.text);
                reader.report(Diagnostic::new(Code::FalcoItem, word.span, message));
                None
            }
        }
    }

    /// The name that an item declares.
    pub(super) fn name(&self, reader: &mut Reader<'_>, key: &str) -> Option<Word> {
        let name = self.word(reader, key)?;
        if name.text.is_empty() {
            reader.report(Diagnostic::new(Code::FalcoItem, self.span, format!("the {key} has no name")));
            return None;
        }
        Some(name)
    }

    /// Every key with its value as a word.
    pub(super) fn pairs(&self, reader: &mut Reader<'_>) -> Vec<(Word, Word)> {
        let pairs = self.entries.iter();
        pairs.filter_map(|(key, node)| Some((key.clone(), reader.scalar("text", node)?))).collect()
    }

    /// Warns of keys that are not known.
    pub(super) fn finish(&self, reader: &mut Reader<'_>, what: &str, known: &[&str]) {
        for (key, _) in self.entries.iter().filter(|(k, _)| !known.contains(&k.text.as_str())) {
            let message = format!("`{}` is not a key of {what}; it is passed over", key.text);
            let elsewhere = ELSEWHERE.iter().find(|(there, here)| *there == key.text && known.contains(here));
            let near = elsewhere.map(|(_, here)| *here);
            reader.report(
                Diagnostic::new(Code::FalcoUnknownKey, key.span, message)
                    .did_you_mean(near.or_else(|| nearest(&key.text, known.iter().copied()))),
            );
        }
    }
}
