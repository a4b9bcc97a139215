//! Nodes that no author wrote, at the place of what they come from.

use smol_str::SmolStr;

use crate::document::{Entry, Node, NodeKind, Span, Style};

/// Makes nodes for one place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Make(pub(super) Span);

impl Make {
    fn node(self, kind: NodeKind) -> Node {
        Node { kind, span: self.0, style: Style::Plain }
    }

    pub(super) fn text(self, text: impl Into<SmolStr>) -> Node {
        self.node(NodeKind::Str(text.into()))
    }

    pub(super) fn bool(self, value: bool) -> Node {
        self.node(NodeKind::Bool(value))
    }

    pub(super) fn list(self, items: impl IntoIterator<Item = Node>) -> Node {
        self.node(NodeKind::List(items.into_iter().collect()))
    }

    pub(super) fn map<const N: usize>(self, members: [(&'static str, Node); N]) -> Node {
        self.entries(members.map(|(key, value)| self.entry(key, value)))
    }

    pub(super) fn entries(self, entries: impl IntoIterator<Item = Entry>) -> Node {
        self.node(NodeKind::Map(entries.into_iter().collect()))
    }

    pub(super) fn entry(self, key: impl Into<SmolStr>, value: Node) -> Entry {
        Entry { key: key.into(), key_span: self.0, value }
    }

    pub(super) fn tag(self, key: impl Into<SmolStr>, value: Node) -> Node {
        self.map([("Key", self.text(key)), ("Value", value)])
    }

    pub(super) fn reference(self, id: &str) -> Node {
        self.map([("Ref", self.text(id))])
    }

    pub(super) fn attribute(self, id: &str, attribute: &str) -> Node {
        self.map([("Fn::GetAtt", self.list([self.text(id), self.text(attribute)]))])
    }

    pub(super) fn sub(self, text: &str) -> Node {
        self.map([("Fn::Sub", self.text(text))])
    }

    /// `Fn::Sub` with names of its own.
    pub(super) fn sub_with(self, text: &str, names: Node) -> Node {
        self.map([("Fn::Sub", self.list([self.text(text), names]))])
    }

    /// A value that is made of things that are not in the template.
    pub(super) fn made_by(self, name: &str) -> Node {
        self.map([("Fn::Transform", self.map([("Name", self.text(name))]))])
    }

    /// The role policy that lets a service take a role.
    pub(super) fn trust(self, service: &str) -> Node {
        self.document([self.map([
            ("Action", self.list([self.text("sts:AssumeRole")])),
            ("Effect", self.text("Allow")),
            ("Principal", self.map([("Service", self.list([self.text(service)]))])),
        ])])
    }

    /// The properties of a permission that lets a service call a function.
    pub(super) fn leave_to_invoke(self, function: &Node, service: &str) -> Vec<Entry> {
        vec![
            self.entry("Action", self.text("lambda:InvokeFunction")),
            self.entry("FunctionName", function.clone()),
            self.entry("Principal", self.text(service)),
        ]
    }

    /// The ARN of an API, or of what is at `path` in it.
    pub(super) fn execute_api(self, api: &str, path: &str) -> Node {
        let arn = format!(
            "arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{__ApiId__}}/{path}"
        );
        self.sub_with(&arn, self.map([("__ApiId__", self.reference(api))]))
    }

    /// A policy document with these statements.
    pub(super) fn document(self, statements: impl IntoIterator<Item = Node>) -> Node {
        self.map([("Version", self.text("2012-10-17")), ("Statement", self.list(statements))])
    }

    /// A statement that allows actions on a resource.
    pub(super) fn allow(self, actions: &[&str], resource: Node) -> Node {
        self.map([
            ("Action", self.list(actions.iter().map(|action| self.text(*action)))),
            ("Effect", self.text("Allow")),
            ("Resource", resource),
        ])
    }
}
