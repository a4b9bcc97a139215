//! Every place where a template names something of its own.

use rustc_hash::FxHashSet;

use super::names;
use crate::document::{Document, Entry, Node, NodeKind, Span};
use crate::template::Template;

/// A place where something is named.
#[derive(Debug, Clone, Copy)]
pub(super) struct Use<'t> {
    /// What is named.
    pub(super) what: What<'t>,
    /// Where its name stands.
    pub(super) span: Span,
    /// Whether `span` is exactly the name, so that it can be replaced.
    pub(super) exact: bool,
    /// The part of the template that names it.
    pub(super) from: From,
    /// Whether it counts only under a condition.
    pub(super) conditional: bool,
}

/// What is named.
#[derive(Debug, Clone, Copy)]
pub(super) enum What<'t> {
    /// A parameter, a pseudo parameter or a resource (`Ref`, `${X}`).
    Value(&'t str),
    /// An attribute of a resource (`Fn::GetAtt`, `${X.Y}`), with its place; `None` where it is not
    /// written out.
    Attribute(&'t str, Option<(&'t str, Span)>),
    /// A resource to wait for.
    Dependency(&'t str),
    /// A condition.
    Condition(&'t str),
    /// Every parameter of a type (`Fn::RefAll`).
    ParametersOf(&'t str),
    /// Perhaps a condition: a member called `Condition` where deployment looks for none.
    MaybeCondition(&'t str),
    /// A mapping, or any where the name is made by an intrinsic; and its two keys as far as they
    /// are written out.
    Mapping(Option<&'t str>, [Option<&'t Node>; 2]),
}

/// The part of a template that names something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    /// A resource, by its place among [`Template::resources`].
    Resource(usize),
    /// A resource's metadata.
    Metadata(usize),
    /// `Conditions` or `Rules`, which know parameters only.
    Logic,
    /// Outputs, SAM's globals, hooks.
    Other,
}

/// The uses in a template, and whether more may come from macros and loops.
pub(super) struct Uses<'t> {
    /// In the order of the text within each section.
    pub(super) found: Vec<Use<'t>>,
    /// Whether the template has a macro (`Fn::Transform`) or a loop (`Fn::ForEach`) inside.
    pub(super) generated: bool,
    /// Whether another tool makes the template into another one before it is deployed.
    pub(super) rewritten: bool,
}

/// Collects the uses of a template.
pub(super) fn uses<'t>(template: &'t Template<'t>) -> Uses<'t> {
    let document = template.document;
    let mut walker = Walker {
        document,
        resources: template.resources.iter().map(|r| r.entry.key.as_str()).collect(),
        found: Vec::new(),
        generated: false,
        rewritten: false,
        from: From::Other,
        conditional: false,
        logic: false,
    };
    for (i, resource) in template.resources.iter().enumerate() {
        walker.from = From::Resource(i);
        walker.resource(&resource.entry.value, i);
    }
    for entry in document.root.entries() {
        walker.section(entry);
    }
    Uses { found: walker.found, generated: walker.generated, rewritten: walker.rewritten }
}

struct Walker<'t> {
    document: &'t Document,
    /// Ids of the resources that are walked as such.
    resources: FxHashSet<&'t str>,
    found: Vec<Use<'t>>,
    generated: bool,
    rewritten: bool,
    from: From,
    conditional: bool,
    /// Whether `{Condition: X}` names a condition here.
    logic: bool,
}

impl<'t> Walker<'t> {
    fn section(&mut self, section: &'t Entry) {
        self.from = From::Other;
        match section.key.as_str() {
            "Conditions" | "Rules" => {
                self.from = From::Logic;
                self.logic = true;
                self.children(&section.value);
                self.logic = false;
            }
            "Outputs" => {
                for output in section.value.entries() {
                    self.note_key(&output.key);
                    self.declared(&output.value);
                }
            }
            "Resources" => {
                for resource in section.value.entries() {
                    self.note_key(&resource.key);
                    // A loop's body, or what is no resource for lack of a type.
                    if !self.resources.contains(resource.key.as_str()) {
                        self.node(&resource.value);
                    }
                }
            }
            "Globals" | "Hooks" | "Transform" => self.node(&section.value),
            key if key.starts_with("Fn::") => {
                self.generated = true;
                self.node(&section.value);
            }
            _ => {}
        }
    }

    fn note_key(&mut self, key: &str) {
        self.generated |= key.starts_with("Fn::ForEach::") || key == "Fn::Transform";
        self.rewritten |= names::is_directive(key);
    }

    fn resource(&mut self, declaration: &'t Node, number: usize) {
        for entry in declaration.entries() {
            match entry.key.as_str() {
                "DependsOn" => {
                    let value = &entry.value;
                    let items =
                        if value.items().is_empty() { std::slice::from_ref(value) } else { value.items() };
                    for item in items {
                        if let Some(name) = item.as_str() {
                            self.named(What::Dependency(name), item, name);
                        }
                    }
                }
                "Condition" => self.condition(&entry.value),
                "Metadata" => {
                    self.from = From::Metadata(number);
                    self.node(&entry.value);
                    self.from = From::Resource(number);
                }
                "Type" if entry.value.as_str().is_some() => {}
                key => {
                    self.note_key(key);
                    self.node(&entry.value);
                }
            }
        }
    }

    /// An output, with its own `Condition`.
    fn declared(&mut self, declaration: &'t Node) {
        for entry in declaration.entries() {
            match entry.key.as_str() {
                "Condition" => self.condition(&entry.value),
                _ => self.node(&entry.value),
            }
        }
    }

    fn condition(&mut self, node: &'t Node) {
        if let Some(name) = node.as_str() {
            self.named(What::Condition(name), node, name);
        }
    }

    fn node(&mut self, node: &'t Node) {
        match &node.kind {
            NodeKind::List(_) => self.children(node),
            NodeKind::Map(entries) => match entries.as_slice() {
                [entry] => self.single(entry, node),
                _ => self.children(node),
            },
            _ => {}
        }
    }

    fn children(&mut self, node: &'t Node) {
        node.items().iter().for_each(|item| self.node(item));
        for entry in node.entries() {
            self.note_key(&entry.key);
            if entry.key == "Condition"
                && let Some(name) = entry.value.as_str()
            {
                self.named(What::MaybeCondition(name), &entry.value, name);
            }
            self.node(&entry.value);
        }
    }

    /// A map of one member, which may be an intrinsic.
    fn single(&mut self, entry: &'t Entry, node: &'t Node) {
        self.note_key(&entry.key);
        let arg = &entry.value;
        match entry.key.as_str() {
            "Ref" => self.reference(arg),
            // The attribute stands beside the parameter.
            "Fn::ValueOf" => self.reference(arg.items().first().unwrap_or(arg)),
            "Fn::RefAll" | "Fn::ValueOfAll" => {
                if let Some(kind) = arg.as_str().or_else(|| arg.items().first()?.as_str()) {
                    self.named(What::ParametersOf(kind), arg, kind);
                }
            }
            "Fn::GetAtt" => self.attribute(arg),
            "Fn::Sub" => self.substitute(arg),
            "Fn::If" => self.choose(arg),
            "Fn::FindInMap" => self.find_in_map(arg),
            "Fn::And" | "Fn::Or" | "Fn::Not" | "Fn::Equals" => {
                let logic = std::mem::replace(&mut self.logic, true);
                self.node(arg);
                self.logic = logic;
            }
            "Condition" if self.logic => self.condition(arg),
            _ => self.children(node),
        }
    }

    fn reference(&mut self, arg: &'t Node) {
        match arg.as_str() {
            Some(name) => self.named(What::Value(name), arg, name),
            None => self.node(arg),
        }
    }

    fn attribute(&mut self, arg: &'t Node) {
        match (arg.as_str(), arg.items()) {
            (Some(text), _) => {
                let (resource, attribute) = text.split_once('.').unwrap_or((text, ""));
                let whole = self.span_of(arg, text, 0);
                let span =
                    whole.map_or(arg.span, |span| Span { start: span.end - attribute.len() as u32, ..span });
                let attribute = (!attribute.is_empty()).then_some((attribute, span));
                self.named(What::Attribute(resource, attribute), arg, resource);
            }
            (None, [resource, rest @ ..]) => {
                let attribute = match rest {
                    [only] => {
                        only.as_str().map(|text| (text, self.span_of(only, text, 0).unwrap_or(only.span)))
                    }
                    _ => None,
                };
                match resource.as_str() {
                    Some(name) => self.named(What::Attribute(name, attribute), resource, name),
                    None => self.node(resource),
                }
                rest.iter().for_each(|node| self.node(node));
            }
            _ => self.node(arg),
        }
    }

    fn choose(&mut self, arg: &'t Node) {
        let Some((condition, branches)) = arg.items().split_first() else { return };
        self.condition(condition);
        if condition.as_str().is_none() {
            let logic = std::mem::replace(&mut self.logic, true);
            self.node(condition);
            self.logic = logic;
        }
        let conditional = std::mem::replace(&mut self.conditional, true);
        branches.iter().for_each(|branch| self.node(branch));
        self.conditional = conditional;
    }

    fn find_in_map(&mut self, arg: &'t Node) {
        let Some((map, keys)) = arg.items().split_first() else { return self.node(arg) };
        // With a default, keys may be missing.
        let strict = keys.len() == 2;
        let key = |i: usize| keys.get(i).filter(|key| strict && key.scalar_text().is_some());
        let what = What::Mapping(map.as_str(), [key(0), key(1)]);
        self.named(what, map, map.as_str().unwrap_or(""));
        arg.items().iter().for_each(|node| self.node(node));
    }

    fn substitute(&mut self, arg: &'t Node) {
        let (text_node, given) = match arg.items() {
            [text, given, ..] => (text, Some(given)),
            [text] => (text, None),
            [] => (arg, None),
        };
        let Some(text) = text_node.as_str() else { return self.node(arg) };
        let mut cursor = 0;
        for raw in names::placeholders(text) {
            let name = raw.trim();
            // The placeholder with its braces, so that a word of the text is not taken for it.
            let braced = self.span_of(text_node, &format!("${{{raw}}}"), cursor);
            if let Some(span) = braced {
                cursor = (span.end - text_node.span.start) as usize;
            }
            if given.is_some_and(|given| given.get(name).is_some()) {
                continue;
            }
            let skipped = (raw.len() - raw.trim_start().len()) as u32 + 2;
            let at = |offset: usize, len: usize| {
                braced.map(|span| {
                    let start = (span.start + skipped) as usize + offset;
                    Span::new(start, start + len)
                })
            };
            let (what, span) = match name.split_once('.') {
                Some((resource, attribute)) => {
                    let place = at(resource.len() + 1, attribute.len()).unwrap_or(text_node.span);
                    (What::Attribute(resource, Some((attribute, place))), at(0, resource.len()))
                }
                None => (What::Value(name), at(0, name.len())),
            };
            self.push(what, span.unwrap_or(text_node.span), span.is_some());
        }
        if let Some(given) = given {
            self.children(given);
        }
    }

    /// Takes down a use whose name is the text of `node`, or a part of it.
    fn named(&mut self, what: What<'t>, node: &'t Node, name: &str) {
        let span = self.span_of(node, name, 0);
        self.push(what, span.unwrap_or(node.span), span.is_some());
    }

    fn push(&mut self, what: What<'t>, span: Span, exact: bool) {
        self.found.push(Use { what, span, exact, from: self.from, conditional: self.conditional });
    }

    /// Where `part` stands in the source of `node`, at or after an offset into it.
    fn span_of(&self, node: &Node, part: &str, from: usize) -> Option<Span> {
        let source = self.document.text.get(node.span.start as usize..node.span.end as usize)?;
        let at = from + source.get(from..)?.find(part)?;
        let start = node.span.start as usize + at;
        (!part.is_empty()).then(|| Span::new(start, start + part.len()))
    }
}
