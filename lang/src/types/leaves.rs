//! The items of a list declaration, with those of the lists in it.

use std::rc::Rc;

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::shared::{Leaf, Shared};
use crate::diagnostics::{Code, Diagnostic};
use crate::resolve::{DeclId, Found, Kind};
use crate::syntax::ast::{DeclKind, OperandKind};

impl<'a> Shared<'a> {
    /// The items of a list with other lists spliced in; `None` where it is broken.
    pub(crate) fn leaves(&self, id: DeclId) -> Option<Rc<[Leaf<'a>]>> {
        self.leaves_within(id, 0)
    }

    fn leaves_within(&self, id: DeclId, depth: usize) -> Option<Rc<[Leaf<'a>]>> {
        if let Some(known) = self.lists.borrow().get(&id) {
            return Some(known.clone());
        }
        let entry = self.names.entry(id);
        let DeclKind::List(list) = &entry.decl.kind else { return None };
        if entry.broken || self.circular.contains(&id) || depth > 64 {
            return None;
        }
        let mut out: Vec<Leaf<'a>> = Vec::new();
        let mut seen: FxHashSet<(bool, SmolStr)> = FxHashSet::default();
        for item in &list.items {
            let nested = match &item.kind {
                OperandKind::Word(word) => match self.names.find(entry.file, word, &[Kind::List]) {
                    Found::One(other) if other != id => Some(self.leaves_within(other, depth + 1)?),
                    _ => None,
                },
                _ => None,
            };
            let leaves = nested.as_deref().map_or_else(|| vec![(item, entry.file)], <[_]>::to_vec);
            for leaf in leaves {
                let key = match &leaf.0.kind {
                    OperandKind::Word(w) => (false, w.clone()),
                    OperandKind::Text(t) => (true, SmolStr::new(t)),
                    _ => {
                        self.sink.push(
                            Diagnostic::new(
                                Code::BadValue,
                                leaf.0.span,
                                format!("`{}` cannot be an item of a list", self.sources.text(leaf.0.span)),
                            )
                            .help("items are texts, numbers and names of other lists"),
                        );
                        return None;
                    }
                };
                // Lists that splice each other twice over would otherwise grow without bound.
                if seen.insert(key) {
                    out.push(leaf);
                }
            }
        }
        let leaves: Rc<[Leaf<'a>]> = out.into();
        self.lists.borrow_mut().insert(id, leaves.clone());
        Some(leaves)
    }
}
