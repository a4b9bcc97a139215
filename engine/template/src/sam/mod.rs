//! Serverless resources as what they stand for (`Transform: AWS::Serverless-2016-10-31`), as far
//! as what is known of the template tells.
//!
//! What comes of a resource has the author's lines: a property that is passed on keeps its place,
//! what is made up has that of the property or event that asks for it, or of the logical id.

mod api;
mod application;
mod events;
mod function;
mod globals;
mod graphql;
mod http_api;
mod layer;
mod make;
mod policies;
mod role;
mod state_machine;
mod table;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use crate::document::{Entry, Node, NodeKind, Span};
use crate::note::{Note, NoteKind};
use crate::records::Source;
use crate::resolve::{Resolver, text_of};

use globals::is_intrinsic;
use make::Make;

/// What all serverless types begin with.
pub(crate) const PREFIX: &str = "AWS::Serverless::";

/// What became of the `Resources` of a template.
pub(crate) struct Expanded {
    pub(crate) resources: Vec<Entry>,
    pub(crate) sources: FxHashMap<SmolStr, Source>,
    pub(crate) notes: Vec<Note>,
}

/// Expands the serverless resources under the root of a template.
pub(crate) fn expand(root: &Node, resolver: &Resolver<'_>) -> Expanded {
    let resources = root.get("Resources").map(Node::entries).unwrap_or_default();
    let mut sam = Sam {
        resolver,
        globals: root.get("Globals"),
        written: resources,
        written_ids: resources.iter().map(|entry| entry.key.as_str()).collect(),
        implicit: [None, None],
        out: Expanded {
            resources: Vec::with_capacity(resources.len() * 2),
            sources: FxHashMap::default(),
            notes: Vec::new(),
        },
        ids: FxHashSet::default(),
    };
    for entry in resources {
        sam.resource(entry);
    }
    sam.implicit_apis();
    sam.out
}

/// The expansion under way.
struct Sam<'t> {
    resolver: &'t Resolver<'t>,
    globals: Option<&'t Node>,
    written: &'t [Entry],
    written_ids: FxHashSet<&'t str>,
    /// Who first asked for the API that is there because of events: REST, then HTTP.
    implicit: [Option<Asked>; 2],
    out: Expanded,
    /// Ids that were made up.
    ids: FxHashSet<SmolStr>,
}

/// Who asked for an API that nobody wrote.
#[derive(Clone)]
struct Asked {
    source: Source,
    at: Span,
    /// The condition that all who ask have in common.
    condition: Option<Entry>,
}

/// The two kinds of APIs that are there because of events.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Implicit {
    Rest = 0,
    Http = 1,
}

impl Implicit {
    fn id(self) -> &'static str {
        match self {
            Self::Rest => "ServerlessRestApi",
            Self::Http => "ServerlessHttpApi",
        }
    }
}

/// A serverless resource with the common properties worked in.
struct Item<'t> {
    id: SmolStr,
    /// The whole declaration, for `Condition`, `DependsOn` and the like.
    declaration: Option<&'t Node>,
    kind_span: Span,
    id_span: Span,
    properties: Node,
    source: Source,
}

impl Item<'_> {
    fn get(&self, name: &str) -> Option<&Node> {
        self.properties.get(name)
    }

    fn entry(&self, name: &str) -> Option<&Entry> {
        self.properties.entry(name)
    }

    fn make(&self) -> Make {
        Make(self.id_span)
    }

    /// An id that begins with the resource's.
    fn named(&self, suffix: &str) -> SmolStr {
        smol_str::format_smolstr!("{}{suffix}", self.id)
    }

    /// Properties that go on under their own names.
    fn carry(&self, names: &[&str]) -> Vec<Entry> {
        names.iter().filter_map(|name| self.entry(name).cloned()).collect()
    }

    /// A property that goes on under another name.
    fn renamed(&self, from: &str, to: &'static str) -> Option<Entry> {
        let entry = self.entry(from)?;
        Some(Entry { key: SmolStr::new_static(to), ..entry.clone() })
    }

    /// `Tags` as a list, as most resources want them.
    fn tags(&self) -> Option<Entry> {
        let entry = self.entry("Tags")?;
        if !matches!(entry.value.kind, NodeKind::Map(_)) || is_intrinsic(&entry.value) {
            return Some(entry.clone());
        }
        let tag = |tag: &Entry| Make(tag.key_span).tag(tag.key.clone(), tag.value.clone());
        let make = Make(entry.value.span);
        Some(Entry { value: make.list(entry.value.entries().iter().map(tag)), ..entry.clone_key() })
    }

    /// The same with the tag that SAM itself adds.
    fn tags_and(&self, created_by: &'static str) -> Entry {
        let make = self.make();
        let own = make.tag(created_by, make.text("SAM"));
        match self.tags() {
            Some(Entry { value: Node { kind: NodeKind::List(mut tags), span, style }, key, key_span }) => {
                tags.push(own);
                Entry { key, key_span, value: Node { kind: NodeKind::List(tags), span, style } }
            }
            Some(unknown) => unknown,
            None => make.entry("Tags", make.list([own])),
        }
    }
}

impl<'t> Sam<'t> {
    fn resource(&mut self, entry: &'t Entry) {
        let kind_node = entry.value.get("Type");
        let Some(name) = kind_node.and_then(Node::as_str).and_then(|kind| kind.strip_prefix(PREFIX)) else {
            self.out.resources.push(entry.clone());
            return;
        };
        let item = self.item(entry, name, kind_node.map_or(entry.key_span, |node| node.span));
        match name {
            "Function" => function::expand(self, &item),
            "Api" => api::expand(self, &item),
            "HttpApi" => http_api::expand(self, &item),
            "WebSocketApi" => http_api::expand_web_socket(self, &item),
            "SimpleTable" => table::expand(self, &item),
            "LayerVersion" => layer::expand(self, &item),
            "StateMachine" => state_machine::expand(self, &item),
            "Application" => application::expand(self, &item),
            "GraphQLApi" => graphql::expand(self, &item),
            _ => {
                let message = format!("what `{}`, `{PREFIX}{name}`, stands for is not looked at", item.id);
                self.note(entry.key_span, message);
                self.out.resources.push(entry.clone());
            }
        }
        if entry.value.get("Connectors").is_some() {
            let message = format!("what the connectors of `{}` allow is not looked at", item.id);
            self.note(entry.key_span, message);
        }
    }

    fn note(&mut self, span: Span, message: String) {
        self.out.notes.push(Note::new(span, NoteKind::Serverless, message));
    }

    fn item(&self, entry: &'t Entry, name: &'t str, kind_span: Span) -> Item<'t> {
        let own = entry.value.get("Properties").filter(|node| matches!(node.kind, NodeKind::Map(_)));
        let ignored = entry.value.get("IgnoreGlobals");
        let properties = match (self.globals.and_then(|globals| globals.get(name)), own) {
            (Some(common), own) => globals::merged(common, own, ignored),
            (None, Some(own)) => own.clone(),
            (None, None) => Make(entry.key_span).entries([]),
        };
        Item {
            id: entry.key.clone(),
            declaration: Some(&entry.value),
            kind_span,
            id_span: entry.key_span,
            properties,
            source: Source {
                id: entry.key.clone(),
                kind: smol_str::format_smolstr!("{PREFIX}{name}"),
                span: entry.key_span,
            },
        }
    }

    /// The resource that takes the serverless one's place, with everything else that was declared
    /// for it.
    fn main(&mut self, item: &Item<'_>, kind: &str, properties: Vec<Entry>) {
        let make = Make(item.kind_span);
        let declared = item.declaration.map(Node::entries).unwrap_or_default().iter();
        let others = declared.filter(|entry| {
            !matches!(entry.key.as_str(), "Type" | "Properties" | "Connectors" | "IgnoreGlobals")
        });
        let mut entries = vec![make.entry("Type", make.text(kind))];
        entries.extend(others.cloned());
        entries.push(item.make().entry("Properties", item.make().entries(properties)));
        self.put(item, item.id.clone(), item.id_span, entries);
    }

    /// A resource that comes along with the serverless one; it exists and lasts as long.
    fn beside(&mut self, item: &Item<'_>, id: SmolStr, kind: &str, at: Span, properties: Vec<Entry>) {
        let make = Make(at);
        let mut entries = vec![make.entry("Type", make.text(kind))];
        let shared = ["Condition", "DeletionPolicy", "UpdateReplacePolicy"];
        let declared = |name: &&str| item.declaration?.entry(name).cloned();
        entries.extend(shared.iter().filter_map(declared));
        entries.push(make.entry("Properties", make.entries(properties)));
        self.put(item, id, at, entries);
    }

    fn put(&mut self, item: &Item<'_>, id: SmolStr, at: Span, entries: Vec<Entry>) {
        if id != item.id && (self.written_ids.contains(id.as_str()) || !self.ids.insert(id.clone())) {
            // Written by the author, or made already: an API's stage of the same name.
            return;
        }
        self.out.sources.insert(id.clone(), item.source.clone());
        let value = Make(at).entries(entries);
        self.out.resources.push(Entry { key: id, key_span: at, value });
    }

    /// The text of a value that is known without deploying.
    fn known(&self, node: &Node) -> Option<SmolStr> {
        self.resolver.value(node, 0).as_ref().and_then(text_of)
    }

    /// The declaration of a resource that is written in the template.
    fn written(&self, id: &str) -> Option<&'t Entry> {
        self.written.iter().rev().find(|entry| entry.key == id)
    }

    /// Notes that an event wants an API that nobody wrote.
    fn ask_for(&mut self, which: Implicit, item: &Item<'_>, at: Span) {
        let condition = item.declaration.and_then(|declaration| declaration.entry("Condition"));
        let Some(slot) = self.implicit.get_mut(which as usize) else { return };
        match slot {
            Some(asked) => {
                let same = |own: &Entry| condition.is_some_and(|other| other.value.kind == own.value.kind);
                asked.condition = asked.condition.take().filter(same);
            }
            None => {
                *slot = Some(Asked { source: item.source.clone(), at, condition: condition.cloned() });
            }
        }
    }

    fn implicit_apis(&mut self) {
        for which in [Implicit::Rest, Implicit::Http] {
            let Some(Asked { source, at, condition }) = self.implicit.get(which as usize).cloned().flatten()
            else {
                continue;
            };
            let kind = if which == Implicit::Rest { "Api" } else { "HttpApi" };
            let make = Make(at);
            let own = match which {
                Implicit::Rest => make.map([("StageName", make.text("Prod"))]),
                Implicit::Http => make.entries([]),
            };
            let properties = match self.globals.and_then(|globals| globals.get(kind)) {
                Some(common) => globals::merged(common, Some(&own), None),
                None => own,
            };
            let declaration = make.entries(condition);
            let item = Item {
                id: SmolStr::new_static(which.id()),
                declaration: Some(&declaration),
                kind_span: at,
                id_span: at,
                properties,
                source,
            };
            match which {
                Implicit::Rest => api::expand(self, &item),
                Implicit::Http => http_api::expand(self, &item),
            }
        }
    }
}

/// The letters and digits of a text: what a logical id can hold.
fn letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect()
}
