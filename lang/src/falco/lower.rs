//! From a rule set to the tree.

use std::collections::{HashMap, HashSet};

use smol_str::SmolStr;

use super::joints;
use super::keys::Word;
use super::lists::Lists;
use super::names;
use super::output;
use super::refs::{Names, Uses};
use super::set::{Grown, ListDef, MacroDef, RuleDef, Set};
use super::text::Text;
use super::value;
use crate::checked::Severity;
use crate::diagnostics::{Code, Diagnostic, nearest};
use crate::source::Span;
use crate::syntax::ast;
use crate::syntax::ast::{
    Decl, DeclKind, Doc, Expr, ExprKind, Ident, List, Macro, Name, Operand, OperandKind, Rule, RuleKey,
    RuleValue,
};

/// Falco's priorities, in the spellings that it takes in any case.
const PRIORITIES: &[&str] =
    &["emergency", "alert", "critical", "error", "warning", "notice", "informational", "info", "debug"];

/// The event sources that have a record type of ours.
const SOURCES: &[(&str, &str)] = &[("aws_cloudtrail", "cloudtrail")];

/// The declarations of a set, and what is wrong with it.
pub(super) fn lower(set: Set) -> (Vec<Decl>, Vec<Diagnostic>) {
    let mut lists = Lists::default();
    for list in &set.lists.defs {
        lists.insert(&list.name.text, list.items.clone());
    }
    let mut lower = Lower {
        lists,
        names: Names::default(),
        uses: Uses::default(),
        taken: HashSet::new(),
        out: set.diagnostics,
    };
    lower.name(set.lists.defs.iter().map(|d| &d.name), "list");
    lower.name(set.macros.defs.iter().map(|d| &d.name), "macro");
    let mut decls = Vec::new();
    decls.extend(set.lists.defs.iter().map(|def| lower.list(def)));
    decls.extend(set.macros.defs.iter().map(|def| lower.macro_(def)));
    decls.extend(set.rules.defs.iter().filter_map(|def| lower.rule(def)));
    let elsewhere = lower.uses.only_elsewhere();
    decls.retain(|decl| match &decl.kind {
        DeclKind::List(List { name, .. }) | DeclKind::Macro(Macro { name, .. }) => {
            !elsewhere.contains(&name.name)
        }
        _ => true,
    });
    (decls, lower.out)
}

struct Lower {
    lists: Lists,
    names: Names,
    uses: Uses,
    /// Names that are given already.
    taken: HashSet<String>,
    out: Vec<Diagnostic>,
}

impl Lower {
    /// Gives lists or macros their names in our tree.
    fn name<'a>(&mut self, defs: impl Iterator<Item = &'a Word>, kind: &str) {
        for def in defs {
            let name = names::unique(names::keep(&def.text, kind), |n| self.taken.contains(n));
            self.taken.insert(name.clone());
            let names = if kind == "list" { &mut self.names.lists } else { &mut self.names.macros };
            names.insert(def.text.clone(), SmolStr::new(name));
        }
    }

    fn ident(names: &HashMap<String, SmolStr>, word: &Word) -> Ident {
        let name = names.get(&word.text).cloned().unwrap_or_else(|| SmolStr::new(&word.text));
        Ident { name, span: word.span }
    }

    fn list(&mut self, def: &ListDef) -> Decl {
        let name = Self::ident(&self.names.lists, &def.name);
        if def.is_damaged {
            return Decl { doc: None, span: def.span, kind: DeclKind::Broken(name) };
        }
        let mut items: Vec<_> = def.items.iter().map(value::operand).collect();
        self.uses.declared(&name.name, self.names.items(&mut items));
        Decl { doc: None, span: def.span, kind: DeclKind::List(List { name, items }) }
    }

    fn macro_(&mut self, def: &MacroDef) -> Decl {
        let name = Self::ident(&self.names.macros, &def.name);
        let body = def.condition.as_ref().and_then(|c| self.condition("macro", &def.name, c));
        let kind = match body {
            Some(mut body) => {
                self.uses.declared(&name.name, self.names.expr(&mut body));
                DeclKind::Macro(Macro { name, params: None, body })
            }
            None => DeclKind::Broken(name),
        };
        Decl { doc: None, span: def.span, kind }
    }

    /// A condition; `None` where it cannot be read.
    fn condition(&mut self, kind: &str, name: &Word, condition: &Grown) -> Option<Expr> {
        match self.lists.read(&condition.text, &mut self.out) {
            Ok(read) => {
                joints::check(kind, &name.text, condition, &mut self.out);
                Some(read.expr)
            }
            Err(wrong) => {
                self.out.push(wrong);
                None
            }
        }
    }

    fn rule(&mut self, def: &RuleDef) -> Option<Decl> {
        let name = names::unique(names::fold(&def.name.text, "rule"), |n| self.taken.contains(n));
        self.taken.insert(name.clone());
        let name = Ident { name: SmolStr::new(name), span: def.name.span };
        if def.is_broken {
            return Some(Decl { doc: None, span: def.span, kind: DeclKind::Broken(name) });
        }
        let before = self.out.len();
        let record = self.record(def);
        let mut keys = self.keys(def);
        self.uses.rule(self.names.keys(&mut keys), record.is_some());
        let record = record?;
        let errors = self.out.iter().skip(before).any(Diagnostic::is_error);
        let doc = Some(self.doc(def));
        if errors || def.is_damaged {
            return Some(Decl { doc, span: def.span, kind: DeclKind::Broken(name) });
        }
        let rule = Rule { name, display_name: Some(def.name.text.clone()), record, keys };
        Some(Decl { doc, span: def.span, kind: DeclKind::Rule(rule) })
    }

    /// The record type for the rule's event source.
    fn record(&mut self, def: &RuleDef) -> Option<Name> {
        if def.source.is_none() && def.is_damaged {
            return None;
        }
        let (source, span) = match &def.source {
            Some(word) => (word.text.as_str(), word.span),
            None => ("syscall", def.name.span),
        };
        if let Some((_, record)) = SOURCES.iter().find(|(falco, _)| *falco == source) {
            return Some(Name { text: SmolStr::new_static(record), span });
        }
        let wrong = match def.source {
            Some(_) => Diagnostic::new(
                Code::FalcoSource,
                span,
                format!("rule `{}` is for `{source}` events, which cannot be judged here", def.name.text),
            )
            .did_you_mean(
                nearest(source, SOURCES.iter().map(|(falco, _)| *falco)).or_else(|| {
                    SOURCES.iter().map(|(falco, _)| *falco).find(|known| known.ends_with(source))
                }),
            ),
            None => Diagnostic::new(
                Code::FalcoSource,
                span,
                format!("rule `{}` has no `source`, so it is for system calls", def.name.text),
            )
            .help("for CloudTrail events add `source: aws_cloudtrail`"),
        };
        self.out.push(wrong);
        None
    }

    /// The title, a blank line, the description.
    fn doc(&self, def: &RuleDef) -> Doc {
        let mut lines = vec![one_line(&def.name.text)];
        let desc = def.desc.as_ref().map(|d| d.as_str().trim()).unwrap_or("");
        if !desc.is_empty() {
            lines.push(String::new());
            lines.extend(desc.lines().map(|l| l.trim_end().to_owned()));
        }
        Doc { lines, span: def.desc.as_ref().map_or(def.name.span, Text::whole) }
    }

    fn keys(&mut self, def: &RuleDef) -> Vec<RuleKey> {
        let mut keys = Vec::new();
        let mut add = |name: &'static str, span: Span, value: RuleValue| {
            keys.push(RuleKey { key: Ident { name: SmolStr::new_static(name), span }, value, span });
        };
        if let Some(priority) = &def.priority {
            add("severity", priority.span, self.severity(priority));
        }
        if let Some(condition) = &def.condition {
            let span = condition.text.whole();
            let expr = self.condition("rule", &def.name, condition);
            let expr = expr.unwrap_or(Expr { kind: ExprKind::Error, span });
            add("when", span, RuleValue::When(expr));
        }
        if let Some(output) = &def.output {
            add("message", output.whole(), RuleValue::Message(output::read(output, &mut self.out)));
        }
        let mut given = HashSet::new();
        for exception in &def.exceptions {
            if let Some(mut except) = exception.lower(&mut self.out) {
                let name = names::unique(except.name.name.to_string(), |n| given.contains(n));
                given.insert(name.clone());
                except.name.name = SmolStr::new(name);
                add("except", exception.span(), RuleValue::Except(except));
            }
        }
        if let (Some(first), Some(last)) = (def.tags.first(), def.tags.last()) {
            let span = if first.span.file == last.span.file { first.span.to(last.span) } else { first.span };
            add("tags", span, RuleValue::Tags(def.tags.iter().map(value::operand).collect()));
        }
        if let Some((enabled, span)) = def.enabled {
            let word = OperandKind::Word(SmolStr::new_static(if enabled { "true" } else { "false" }));
            add("enabled", span, RuleValue::Enabled(Operand { kind: word, span }));
        }
        keys
    }

    fn severity(&mut self, priority: &Word) -> RuleValue {
        let folded = priority.text.to_ascii_lowercase();
        let level = PRIORITIES.contains(&folded.as_str()).then(|| Severity::parse(&folded)).flatten();
        let Some(level) = level else {
            let message = format!("`{}` is not a priority", priority.text);
            let near = nearest(&folded, PRIORITIES.iter().copied());
            let near = near.or_else(|| PRIORITIES.iter().copied().find(|p| p.starts_with(&folded)));
            let near = near.or(match folded.as_str() {
                "high" => Some("error"),
                "medium" => Some("warning"),
                "low" => Some("notice"),
                _ => None,
            });
            self.out.push(
                Diagnostic::new(Code::FalcoItem, priority.span, message)
                    .did_you_mean(near)
                    .help(format!("the priorities are {}", PRIORITIES.join(", "))),
            );
            return RuleValue::Error;
        };
        let word = OperandKind::Word(SmolStr::new_static(level.as_str()));
        let otherwise = Operand { kind: word, span: priority.span };
        RuleValue::Severity(ast::Severity { cases: Vec::new(), otherwise })
    }
}

/// A text without line ends.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
