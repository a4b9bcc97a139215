//! What every declaration is checked against, and where diagnostics are gathered.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use regex::Regex;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::Type;
use super::params::ParamInForce;
use crate::catalog::Catalog;
use crate::checked::ConstSet;
use crate::diagnostics::{Code, Diagnostic};
use crate::resolve::{DeclId, FileIx, Names};
use crate::source::{Sources, Span};
use crate::syntax::ast::Operand;
use crate::value::Tree;

/// How many nodes the conditions of a whole rule set may have after macro expansion.
const FUEL: u32 = 3_000_000;

/// An item of a list with the file whose names it sees.
pub(crate) type Leaf<'a> = (&'a Operand, FileIx);

/// The surroundings of every declaration.
pub(crate) struct Shared<'a> {
    pub(crate) sources: &'a Sources,
    pub(crate) names: Names<'a>,
    pub(crate) catalog: &'a Catalog,
    pub(crate) params: FxHashMap<DeclId, ParamInForce>,
    /// Macros and lists that lead back to themselves.
    pub(crate) circular: FxHashSet<DeclId>,
    pub(crate) sink: Sink,
    pub(super) lists: RefCell<FxHashMap<DeclId, Rc<[Leaf<'a>]>>>,
    pub(super) sets: RefCell<FxHashMap<(DeclId, Type), Arc<ConstSet>>>,
    pub(super) samples: RefCell<FxHashMap<DeclId, Tree>>,
    /// The keys that raw records of a type have at their top.
    pub(super) top_keys: RefCell<FxHashMap<&'a str, Rc<[&'a str]>>>,
    regexes: RefCell<FxHashMap<(SmolStr, bool), Arc<Regex>>>,
    fuel: Cell<u32>,
}

impl<'a> Shared<'a> {
    pub(crate) fn new(
        sources: &'a Sources,
        names: Names<'a>,
        catalog: &'a Catalog,
        circular: FxHashSet<DeclId>,
        sink: Sink,
    ) -> Self {
        Shared {
            sources,
            names,
            catalog,
            params: FxHashMap::default(),
            circular,
            sink,
            lists: RefCell::default(),
            sets: RefCell::default(),
            samples: RefCell::default(),
            top_keys: RefCell::default(),
            regexes: RefCell::default(),
            fuel: Cell::new(FUEL),
        }
    }

    /// Forgets what was made of parameters' values.
    pub(super) fn forget_values(&mut self) {
        self.lists.get_mut().clear();
        self.sets.get_mut().clear();
    }

    /// Spends one node of the budget; false when none is left.
    pub(crate) fn spend(&self) -> bool {
        let left = self.fuel.get();
        self.fuel.set(left.saturating_sub(1));
        left > 0
    }

    /// The compiled expression; equal texts share one.
    pub(crate) fn regex(&self, source: &str, whole: bool) -> Result<Arc<Regex>, regex::Error> {
        let key = (SmolStr::new(source), whole);
        if let Some(regex) = self.regexes.borrow().get(&key) {
            return Ok(regex.clone());
        }
        let mut regex = Regex::new(source)?;
        if whole {
            regex = Regex::new(&format!(r"\A(?:{source})\z"))?;
        }
        let regex = Arc::new(regex);
        self.regexes.borrow_mut().insert(key, regex.clone());
        Ok(regex)
    }
}

/// Gathers diagnostics, each once.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    list: RefCell<Vec<Diagnostic>>,
    seen: RefCell<FxHashSet<(Code, Span, String)>>,
}

impl Sink {
    /// Adds a diagnostic, unless the same has been said of the same place.
    pub(crate) fn push(&self, diagnostic: Diagnostic) {
        let origin = diagnostic.span();
        self.push_from(origin, diagnostic);
    }

    /// Adds a diagnostic whose cause is at `origin`, unless the same has been said of it.
    pub(crate) fn push_from(&self, origin: Span, diagnostic: Diagnostic) {
        let key = (diagnostic.code, origin, diagnostic.message.clone());
        if self.seen.borrow_mut().insert(key) {
            self.list.borrow_mut().push(diagnostic);
        }
    }

    /// Takes what was gathered.
    pub(crate) fn take(&self) -> Vec<Diagnostic> {
        self.list.take()
    }
}
