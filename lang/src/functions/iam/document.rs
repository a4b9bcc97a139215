//! Reading a policy document.

use std::sync::Arc;

use super::pattern::Pattern;
use super::truth::Truth;
use crate::functions::{kit, url_decode};
use crate::value::{Fetched, Tree, TreeKind, Unknown, Value};

/// A document given as text inside a document is read once, no deeper.
const MAX_NESTED_TEXT: u32 = 2;

/// The statements of one or several documents.
#[derive(Debug, Default)]
pub(super) struct Policy {
    pub(super) statements: Vec<Statement>,
    /// Why some statements are not known.
    pub(super) unread: Option<Arc<Unknown>>,
}

#[derive(Debug)]
pub(super) struct Statement {
    /// Whether it allows; whether it denies is the opposite.
    pub(super) allow: Truth,
    pub(super) actions: Patterns,
    pub(super) resources: Patterns,
    pub(super) everyone: Truth,
    pub(super) conditions: Conditions,
}

/// `Action`, `NotAction`, `Resource`, `NotResource`.
#[derive(Debug)]
pub(super) enum Patterns {
    /// The key is not there.
    Missing,
    /// These.
    These(Vec<Pattern>),
    /// All but these.
    AllBut(Vec<Pattern>),
}

impl Patterns {
    /// Whether they stand for all that `other` stands for.
    pub(super) fn cover(&self, other: &Pattern) -> Truth {
        match self {
            Patterns::Missing => Truth::Yes,
            Patterns::These(these) => Truth::any(these.iter().map(|p| p.covers(other))),
            Patterns::AllBut(these) => Truth::any(these.iter().map(|p| p.overlaps(other))).not(),
        }
    }

    /// Whether they stand for something that `other` stands for.
    pub(super) fn overlap(&self, other: &Pattern) -> Truth {
        match self {
            Patterns::Missing => Truth::Yes,
            Patterns::These(these) => Truth::any(these.iter().map(|p| p.overlaps(other))),
            Patterns::AllBut(these) => Truth::any(these.iter().map(|p| p.covers(other))).not(),
        }
    }
}

/// The `Condition` of a statement.
#[derive(Debug)]
pub(super) enum Conditions {
    /// All must hold; none if empty.
    All(Vec<Condition>),
    /// Not known.
    Unknown(Arc<Unknown>),
}

/// One operator on one key.
#[derive(Debug)]
pub(super) struct Condition {
    /// As written: `ForAnyValue:StringLikeIfExists`.
    pub(super) operator: String,
    /// In lower case.
    pub(super) key: String,
    pub(super) values: Vec<Result<String, Arc<Unknown>>>,
}

/// Reads a document: JSON text (also URL-encoded), a JSON object, a tree, or a list of these.
pub(super) fn read(value: &Value<'_>) -> Policy {
    let mut policy = Policy::default();
    match value {
        Value::Tree(tree) => policy.add_document(tree, 0),
        Value::Object(tree) => policy.add_document(tree, 0),
        Value::Json(json) => policy.add_text(json.0, 0),
        Value::List(items) => {
            for item in items {
                match item {
                    Fetched::Present(item) => policy.merge(read_single(item)),
                    Fetched::Unknown(why) => policy.cannot_read(why.clone()),
                    Fetched::Absent => {}
                }
            }
        }
        other => match kit::text(other) {
            Some(text) => policy.add_text(&text, 0),
            None => policy.no_document(),
        },
    }
    policy
}

/// An item of a list; lists in lists are no documents.
fn read_single(value: &Value<'_>) -> Policy {
    match value {
        Value::List(_) => {
            let mut policy = Policy::default();
            policy.no_document();
            policy
        }
        single => read(single),
    }
}

impl Policy {
    fn merge(&mut self, other: Policy) {
        self.statements.extend(other.statements);
        if let Some(why) = other.unread {
            self.cannot_read(why);
        }
    }

    fn cannot_read(&mut self, why: Arc<Unknown>) {
        self.unread.get_or_insert(why);
    }

    fn no_document(&mut self) {
        self.cannot_read(Arc::new(Unknown::new("the value is no policy document")));
    }

    fn add_text(&mut self, text: &str, depth: u32) {
        let text = text.trim();
        // CloudTrail writes an empty text where no document was given: it allows nothing.
        if text.is_empty() {
            return;
        }
        let decoded = text.starts_with('%').then(|| url_decode::decode(text));
        match kit::parse_json(decoded.as_deref().unwrap_or(text)) {
            Some(tree) => self.add_document(&tree, depth + 1),
            None => self.no_document(),
        }
    }

    fn add_document(&mut self, tree: &Tree, depth: u32) {
        match &tree.kind {
            TreeKind::Map(_) => match tree.get("Statement") {
                Some(statements) => self.add_statements(statements),
                None => self.no_document(),
            },
            TreeKind::List(documents) if depth < MAX_NESTED_TEXT => {
                documents.iter().for_each(|document| self.add_document(document, depth + 1));
            }
            TreeKind::Str(text) if depth < MAX_NESTED_TEXT => self.add_text(text, depth),
            TreeKind::Unknown(why) => self.cannot_read(why.clone()),
            TreeKind::Null => {}
            _ => self.no_document(),
        }
    }

    /// A list of statements or a single one.
    fn add_statements(&mut self, tree: &Tree) {
        match &tree.kind {
            TreeKind::List(items) => items.iter().for_each(|item| self.add_statement(item)),
            _ => self.add_statement(tree),
        }
    }

    fn add_statement(&mut self, tree: &Tree) {
        match &tree.kind {
            TreeKind::Map(_) => self.statements.push(statement(tree)),
            TreeKind::Unknown(why) => self.cannot_read(why.clone()),
            TreeKind::Null => {}
            _ => self.no_document(),
        }
    }
}

fn statement(tree: &Tree) -> Statement {
    let allow = match tree.get("Effect").map(|t| &t.kind) {
        Some(TreeKind::Str(effect)) => Truth::from(effect.eq_ignore_ascii_case("allow")),
        Some(TreeKind::Unknown(why)) => Truth::Unknown(why.clone()),
        _ => Truth::unknown("the statement has no effect"),
    };
    let mut actions = patterns(tree, "Action", "NotAction", Pattern::action);
    if matches!(actions, Patterns::Missing) {
        actions = Patterns::These(Vec::new());
    }
    Statement {
        allow,
        actions,
        resources: patterns(tree, "Resource", "NotResource", Pattern::resource),
        everyone: everyone(tree),
        conditions: conditions(tree.get("Condition")),
    }
}

/// The present members of a list, or a single value as a list of one.
fn one_or_many(tree: &Tree) -> impl Iterator<Item = &Tree> {
    let items = match &tree.kind {
        TreeKind::List(items) => items.as_slice(),
        _ => std::slice::from_ref(tree),
    };
    items.iter().filter(|item| item.kind != TreeKind::Null)
}

fn patterns(tree: &Tree, these: &str, all_but: &str, read: fn(&str) -> Pattern) -> Patterns {
    let all = |tree: &Tree| one_or_many(tree).filter_map(|item| Pattern::of(item, read)).collect();
    match (tree.get(these), tree.get(all_but)) {
        (Some(listed), _) => Patterns::These(all(listed)),
        (None, Some(listed)) => Patterns::AllBut(all(listed)),
        (None, None) => Patterns::Missing,
    }
}

/// Whether the statement speaks of everyone: principal `*`, or everyone but some.
fn everyone(tree: &Tree) -> Truth {
    if let Some(principal) = tree.get("Principal") {
        return names_everyone(principal);
    }
    tree.get("NotPrincipal").is_some().into()
}

fn names_everyone(principal: &Tree) -> Truth {
    let star = |tree: &Tree| {
        Truth::any(one_or_many(tree).map(|item| match &item.kind {
            TreeKind::Str(text) => Truth::from(text == "*"),
            // What refers to a resource is its name, and what has a part that is known and no `*` is
            // something else than everyone.
            TreeKind::Unknown(why) if why.refers_to.is_some() => Truth::No,
            TreeKind::Unknown(why) if why.parts.iter().flatten().any(|part| part != "*") => Truth::No,
            TreeKind::Unknown(why) => Truth::Unknown(why.clone()),
            _ => Truth::No,
        }))
    };
    match &principal.kind {
        TreeKind::Map(_) => principal.get("AWS").map_or(Truth::No, star),
        _ => star(principal),
    }
}

fn conditions(tree: Option<&Tree>) -> Conditions {
    let mut all = Vec::new();
    let operators = match tree.map(|t| &t.kind) {
        None | Some(TreeKind::Null) => return Conditions::All(all),
        Some(TreeKind::Map(operators)) => operators,
        Some(TreeKind::Unknown(why)) => return Conditions::Unknown(why.clone()),
        Some(_) => return Conditions::Unknown(Arc::new(Unknown::new("the condition cannot be read"))),
    };
    for (operator, keys) in operators {
        let keys = match &keys.kind {
            TreeKind::Map(keys) => keys,
            TreeKind::Unknown(why) => return Conditions::Unknown(why.clone()),
            _ => return Conditions::Unknown(Arc::new(Unknown::new("the condition cannot be read"))),
        };
        for (key, values) in keys {
            let values = one_or_many(values).map(|value| match &value.kind {
                TreeKind::Str(text) => Ok(text.to_string()),
                TreeKind::Bool(b) => Ok(b.to_string()),
                TreeKind::Int(i) => Ok(i.to_string()),
                TreeKind::Float(x) => Ok(x.to_string()),
                TreeKind::Unknown(why) => Err(why.clone()),
                _ => Err(Arc::new(Unknown::new("the condition cannot be read"))),
            });
            all.push(Condition {
                operator: operator.to_string(),
                key: key.to_lowercase(),
                values: values.collect(),
            });
        }
    }
    Conditions::All(all)
}
