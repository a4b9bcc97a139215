//! The rule set that several items, and several files, make together.

use std::collections::HashMap;

use super::exception::Exception;
use super::item::{self, Item, ListItem, MacroItem, Mode, Override, RuleItem};
use super::keys::Word;
use super::text::Text;
use crate::diagnostics::{Code, Diagnostic, nearest};
use crate::source::Span;

/// Text that later items may have been appended to.
#[derive(Debug, Clone)]
pub(super) struct Grown {
    /// The text.
    pub(super) text: Text,
    /// Where each appended part begins.
    pub(super) joints: Vec<usize>,
}

impl Grown {
    fn new(text: Text) -> Self {
        Self { text, joints: Vec::new() }
    }

    /// Adds text after a blank, as Falco does.
    fn append(&mut self, more: &Text) {
        let end = self.text.span(self.text.as_str().len()..self.text.as_str().len());
        self.text.push(" ", end);
        self.joints.push(self.text.as_str().len());
        self.text.push_text(more);
    }
}

/// A list.
#[derive(Debug)]
pub(super) struct ListDef {
    pub(super) name: Word,
    pub(super) span: Span,
    pub(super) items: Vec<Word>,
    pub(super) is_damaged: bool,
}

/// A macro.
#[derive(Debug)]
pub(super) struct MacroDef {
    pub(super) name: Word,
    pub(super) span: Span,
    pub(super) condition: Option<Grown>,
}

/// A rule.
#[derive(Debug)]
pub(super) struct RuleDef {
    pub(super) name: Word,
    pub(super) span: Span,
    pub(super) condition: Option<Grown>,
    pub(super) output: Option<Text>,
    pub(super) desc: Option<Text>,
    pub(super) priority: Option<Word>,
    pub(super) source: Option<Word>,
    pub(super) enabled: Option<(bool, Span)>,
    pub(super) tags: Vec<Word>,
    pub(super) exceptions: Vec<Exception>,
    /// Whether its definition had an error, which keeps it from running.
    pub(super) is_damaged: bool,
    /// Whether nothing but its name could be read.
    pub(super) is_broken: bool,
}

impl RuleDef {
    fn empty(name: Word, span: Span) -> Self {
        Self {
            name,
            span,
            condition: None,
            output: None,
            desc: None,
            priority: None,
            source: None,
            enabled: None,
            tags: Vec::new(),
            exceptions: Vec::new(),
            is_damaged: false,
            is_broken: false,
        }
    }
}

/// Definitions by name, in the order of their first definition.
#[derive(Debug)]
pub(super) struct Table<T> {
    pub(super) defs: Vec<T>,
    index: HashMap<String, usize>,
}

impl<T> Table<T> {
    fn new() -> Self {
        Self { defs: Vec::new(), index: HashMap::new() }
    }

    fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        self.defs.get_mut(*self.index.get(name)?)
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.index.keys().map(String::as_str)
    }

    /// Adds a definition; yields the one whose place it took.
    fn define(&mut self, name: &str, def: T) -> Option<T> {
        match self.get_mut(name) {
            Some(slot) => Some(std::mem::replace(slot, def)),
            None => {
                self.index.insert(name.to_owned(), self.defs.len());
                self.defs.push(def);
                None
            }
        }
    }
}

/// Everything that is declared.
#[derive(Debug)]
pub(super) struct Set {
    pub(super) lists: Table<ListDef>,
    pub(super) macros: Table<MacroDef>,
    pub(super) rules: Table<RuleDef>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Set {
    /// An empty set.
    pub(super) fn new() -> Self {
        Self { lists: Table::new(), macros: Table::new(), rules: Table::new(), diagnostics: Vec::new() }
    }

    /// Adds an item, in the order of loading.
    pub(super) fn add(&mut self, item: Item) {
        match item {
            Item::List(item) => self.list(item),
            Item::Macro(item) => self.macro_(item),
            Item::Rule(item) => self.rule(*item),
        }
    }

    /// Adds an item of which nothing but the name could be read.
    pub(super) fn add_broken(&mut self, kind: &str, name: Word) {
        let (span, text) = (name.span, name.text.clone());
        match kind {
            "list" => {
                drop(self.lists.define(&text, ListDef { name, span, items: Vec::new(), is_damaged: true }))
            }
            "macro" => drop(self.macros.define(&text, MacroDef { name, span, condition: None })),
            _ => drop(self.rules.define(&text, RuleDef { is_broken: true, ..RuleDef::empty(name, span) })),
        }
    }

    fn list(&mut self, item: ListItem) {
        let ListItem { name, span, items, mode } = item;
        let appends = match &mode {
            Mode::Define => {
                let def = ListDef {
                    name: name.clone(),
                    span,
                    is_damaged: items.is_none(),
                    items: items.unwrap_or_default(),
                };
                let earlier = self.lists.define(&name.text, def).map(|d| d.name);
                return self.redefined("list", &name, earlier);
            }
            Mode::Append => true,
            Mode::Override(overrides) => overrides.iter().any(|o| o.appends),
        };
        let Some(def) = self.lists.get_mut(&name.text) else {
            let near = nearest(&name.text, self.lists.names()).map(str::to_owned);
            return self.nothing_to_change("list", &name, near);
        };
        if !appends {
            def.items.clear();
        }
        def.items.extend(items.unwrap_or_default());
    }

    fn macro_(&mut self, item: MacroItem) {
        let MacroItem { name, span, condition, mode } = item;
        let appends = match &mode {
            Mode::Define => {
                let def = MacroDef { name: name.clone(), span, condition: condition.map(Grown::new) };
                let earlier = self.macros.define(&name.text, def).map(|d| d.name);
                return self.redefined("macro", &name, earlier);
            }
            Mode::Append => true,
            Mode::Override(overrides) => overrides.iter().any(|o| o.appends),
        };
        let Some(def) = self.macros.get_mut(&name.text) else {
            let near = nearest(&name.text, self.macros.names()).map(str::to_owned);
            return self.nothing_to_change("macro", &name, near);
        };
        change(&mut def.condition, condition, appends);
    }

    fn rule(&mut self, item: RuleItem) {
        match &item.mode {
            Mode::Define if is_switch(&item) => self.switch(item),
            Mode::Define => self.define_rule(item),
            Mode::Append => self.append_rule(item),
            Mode::Override(_) => self.override_rule(item),
        }
    }

    fn define_rule(&mut self, item: RuleItem) {
        let has = |key: &str| item.present.iter().any(|k| k.text == key);
        let lacks: Vec<_> =
            ["condition", "output", "desc", "priority"].into_iter().filter(|key| !has(key)).collect();
        if !lacks.is_empty() {
            self.diagnostics.push(item::missing("rule", &item.name, &lacks));
        }
        let def = RuleDef {
            condition: item.condition.map(Grown::new),
            output: item.output,
            desc: item.desc,
            priority: item.priority,
            source: item.source,
            enabled: item.enabled,
            tags: item.tags.unwrap_or_default(),
            exceptions: item.exceptions.unwrap_or_default(),
            is_damaged: item.is_damaged || !lacks.is_empty(),
            ..RuleDef::empty(item.name.clone(), item.span)
        };
        let earlier = self.rules.define(&item.name.text, def).map(|d| d.name);
        self.redefined("rule", &item.name, earlier);
    }

    /// An item that only says whether an earlier rule is enabled.
    fn switch(&mut self, item: RuleItem) {
        match self.rules.get_mut(&item.name.text) {
            Some(rule) => rule.enabled = item.enabled,
            None => {
                let near = nearest(&item.name.text, self.rules.names()).map(str::to_owned);
                self.nothing_to_change("rule", &item.name, near);
            }
        }
    }

    fn append_rule(&mut self, item: RuleItem) {
        for key in &item.present {
            if !["rule", "append", "override", "condition", "exceptions", "source"]
                .contains(&key.text.as_str())
            {
                let message = format!(
                    "`append: true` adds to `condition` and `exceptions`; `{}` is passed over",
                    key.text
                );
                self.diagnostics.push(
                    Diagnostic::new(Code::FalcoUnknownKey, key.span, message)
                        .help("say what is to be done with each key under `override`"),
                );
            }
        }
        let Some(rule) = self.rules.get_mut(&item.name.text) else {
            let near = nearest(&item.name.text, self.rules.names()).map(str::to_owned);
            return self.nothing_to_change("rule", &item.name, near);
        };
        rule.is_damaged |= item.is_damaged;
        change(&mut rule.condition, item.condition, true);
        add_exceptions(rule, item.exceptions, &mut self.diagnostics);
    }

    fn override_rule(&mut self, mut item: RuleItem) {
        let Mode::Override(overrides) = std::mem::replace(&mut item.mode, Mode::Define) else { return };
        for key in &item.present {
            let said = ["rule", "override", "append", "source"].contains(&key.text.as_str());
            if !said && !overrides.iter().any(|o| o.key.text == key.text) {
                let message = format!("`{}` is not under `override`, so it changes nothing", key.text);
                self.diagnostics.push(
                    Diagnostic::new(Code::FalcoOverride, key.span, message)
                        .help(format!("add `{}: replace` under `override`", key.text)),
                );
            }
        }
        let Some(rule) = self.rules.get_mut(&item.name.text) else {
            let near = nearest(&item.name.text, self.rules.names()).map(str::to_owned);
            return self.nothing_to_change("rule", &item.name, near);
        };
        rule.is_damaged |= item.is_damaged;
        for line in &overrides {
            apply(rule, &mut item, line, &mut self.diagnostics);
        }
    }

    fn nothing_to_change(&mut self, kind: &str, name: &Word, near: Option<String>) {
        let message = format!("there is no {kind} `{}` before this that could be changed", name.text);
        self.diagnostics
            .push(Diagnostic::new(Code::FalcoOverride, name.span, message).did_you_mean(near.as_deref()));
    }

    /// Warns where a definition takes the place of one in the same file; in another file that
    /// is how rules are adapted.
    fn redefined(&mut self, kind: &str, name: &Word, earlier: Option<Word>) {
        let Some(earlier) = earlier.filter(|e| e.span.file == name.span.file) else { return };
        let message = format!("{kind} `{}` is defined twice; this definition counts", name.text);
        self.diagnostics.push(
            Diagnostic::new(Code::FalcoRedefined, name.span, message).also(earlier.span, "this one does not"),
        );
    }
}

/// Whether an item says nothing but whether a rule is enabled.
fn is_switch(item: &RuleItem) -> bool {
    item.present.len() == 2 && item.present.iter().all(|k| k.text == "rule" || k.text == "enabled")
}

/// Appends to a condition or replaces it.
fn change(condition: &mut Option<Grown>, by: Option<Text>, appends: bool) {
    match (condition, by) {
        (_, None) => {}
        (Some(condition), Some(more)) if appends => condition.append(&more),
        (slot, Some(text)) => *slot = Some(Grown::new(text)),
    }
}

/// Carries out one line of `override`.
fn apply(rule: &mut RuleDef, item: &mut RuleItem, line: &Override, out: &mut Vec<Diagnostic>) {
    let text = |slot: &mut Option<Text>, by: Option<Text>| match (slot, by) {
        (Some(text), Some(more)) if line.appends => {
            let end = text.span(text.as_str().len()..text.as_str().len());
            text.push(" ", end);
            text.push_text(&more);
        }
        (slot, Some(by)) => *slot = Some(by),
        _ => {}
    };
    match line.key.text.as_str() {
        "condition" => change(&mut rule.condition, item.condition.take(), line.appends),
        "output" => text(&mut rule.output, item.output.take()),
        "desc" => text(&mut rule.desc, item.desc.take()),
        "priority" => rule.priority = item.priority.take().or(rule.priority.take()),
        "enabled" => rule.enabled = item.enabled.or(rule.enabled),
        "tags" => {
            if !line.appends {
                rule.tags.clear();
            }
            let more = item.tags.take().unwrap_or_default();
            let more: Vec<_> =
                more.into_iter().filter(|t| !rule.tags.iter().any(|h| h.text == t.text)).collect();
            rule.tags.extend(more);
        }
        "exceptions" => {
            if !line.appends {
                rule.exceptions.clear();
            }
            add_exceptions(rule, item.exceptions.take(), out);
        }
        _ => {}
    }
}

/// Adds exceptions; one whose name is there already adds its values to that.
fn add_exceptions(rule: &mut RuleDef, more: Option<Vec<Exception>>, out: &mut Vec<Diagnostic>) {
    for exception in more.unwrap_or_default() {
        match rule.exceptions.iter_mut().find(|e| e.name.text == exception.name.text) {
            Some(earlier) => earlier.append(exception, out),
            None => rule.exceptions.push(exception),
        }
    }
}
