//! The intrinsic functions.

use std::sync::Arc;

use base64::Engine;
use eyas_engine::tree;
use eyas_lang::value::{Tree, TreeKind, Unknown};
use ipnet::IpNet;
use smol_str::SmolStr;

use super::text::Parts;
use super::{Resolver, spelt, text_of};
use crate::document::{Node, Span};

impl Resolver<'_> {
    /// The value of an intrinsic (`Some(None)` for `AWS::NoValue`), or `None` where the key names
    /// none and the node is an ordinary map.
    pub(super) fn intrinsic(&self, key: &str, arg: &Node, node: &Node, depth: usize) -> Option<Option<Tree>> {
        let span = node.span;
        Some(match key {
            "Ref" => match self.name(arg, depth)? {
                Ok(name) => self.reference(&name, span),
                Err(reason) => Some(self.unknown(span, Unknown::new(reason))),
            },
            "Fn::If" => self.choose(arg, span, depth),
            "Fn::GetAtt" => Some(self.attribute(arg, span, depth)),
            "Fn::Sub" => Some(self.substitute(arg, span, depth)),
            "Fn::Join" => Some(self.join(arg, span, depth)),
            "Fn::Split" => Some(self.split(arg, span, depth)),
            "Fn::Select" => self.select(arg, span, depth),
            "Fn::FindInMap" => self.find_in_map(arg, span, depth),
            "Fn::Base64" => Some(self.base64(arg, span, depth)),
            "Fn::Cidr" => Some(self.cidr(arg, span, depth)),
            "Fn::Length" => Some(self.length(arg, span, depth)),
            "Fn::ToJsonString" => Some(self.to_json(arg, span, depth)),
            "Fn::GetAZs" => {
                Some(self.later(span, "the availability zones are known only when it is deployed"))
            }
            "Fn::ImportValue" => Some(self.later(span, "the value is another stack's export")),
            "Fn::GetStackOutput" => Some(self.later(span, "the value is another stack's output")),
            "Fn::Transform" => Some(self.transformed(arg, span)),
            "Condition" if arg.as_str().is_some_and(|name| self.template.conditions.contains_key(name)) => {
                // In a property this is a member called `Condition`, as in a policy statement.
                return None;
            }
            _ if key.starts_with("Fn::") && !key.starts_with("Fn::ForEach") => {
                Some(self.later(span, &format!("`{key}` is not an intrinsic function known here")))
            }
            _ => return None,
        })
    }

    fn later(&self, span: Span, reason: &str) -> Tree {
        self.unknown(span, Unknown::present(reason))
    }

    fn transformed(&self, arg: &Node, span: Span) -> Tree {
        match arg.get("Name").and_then(Node::as_str) {
            Some(name) => self.later(span, &format!("`{name}` makes the value when it is deployed")),
            None => self.later(span, "a macro makes the value when it is deployed"),
        }
    }

    fn malformed(&self, span: Span, what: &str) -> Tree {
        self.unknown(span, Unknown::present(format!("{what} is malformed")))
    }

    fn choose(&self, arg: &Node, span: Span, depth: usize) -> Option<Tree> {
        let [condition, yes, no] = arg.items() else { return Some(self.malformed(span, "`Fn::If`")) };
        let name = condition.as_str().unwrap_or("");
        match self.scenario.condition(name) {
            Some(true) => self.value(yes, depth),
            Some(false) => self.value(no, depth),
            None => {
                let (yes, no) = (self.value(yes, depth), self.value(no, depth));
                let present = yes.is_some() && no.is_some();
                let reason = format!("condition `{name}` cannot be told");
                Some(self.unknown(span, Unknown { present, ..Unknown::new(reason) }))
            }
        }
    }

    /// A name where `AWS::LanguageExtensions` also allows an intrinsic; none where there is
    /// neither.
    fn name(&self, node: &Node, depth: usize) -> Option<Result<SmolStr, String>> {
        if let Some(text) = node.as_str() {
            return Some(Ok(text.into()));
        }
        let [_] = node.entries() else { return None };
        let value = self.value(node, depth + 1)?;
        Some(match &value.kind {
            TreeKind::Unknown(why) => Err(format!("the name is not known: {}", why.reason)),
            _ => Ok(text_of(&value)?),
        })
    }

    fn attribute(&self, arg: &Node, span: Span, depth: usize) -> Tree {
        if let Some(text) = arg.as_str() {
            let (resource, attribute) = text.split_once('.').unwrap_or((text, ""));
            return self.attribute_of(resource, attribute, span);
        }
        let [resource, attribute @ ..] = arg.items() else { return self.malformed(span, "`Fn::GetAtt`") };
        let attribute: Option<Vec<_>> = attribute.iter().map(|part| self.name(part, depth)).collect();
        match (self.name(resource, depth), attribute) {
            (Some(Ok(resource)), Some(parts)) => {
                // Whose attribute it is matters more than which.
                let parts: Vec<SmolStr> =
                    parts.into_iter().map(|part| part.unwrap_or_else(|_| "?".into())).collect();
                self.attribute_of(&resource, &parts.join("."), span)
            }
            (Some(Err(reason)), _) => self.later(span, &reason),
            _ => self.malformed(span, "`Fn::GetAtt`"),
        }
    }

    fn attribute_of(&self, resource: &str, attribute: &str, span: Span) -> Tree {
        if let Some(value) = attribute
            .strip_prefix("Outputs.")
            .and_then(|output| self.ground.stacks.get(resource)?.get(output))
        {
            return Tree { place: Some(self.place(span)), ..value.clone() };
        }
        let reason = format!("`{resource}` has its `{attribute}` only when it is deployed");
        let refers_to = self.template.has_resource(resource).then(|| resource.into());
        let unknown = Unknown { refers_to, ..Unknown::present(reason) };
        self.unknown(span, spelt(&format!("{resource}.{attribute}"), unknown))
    }

    fn substitute(&self, arg: &Node, span: Span, depth: usize) -> Tree {
        let (text, names) = match (arg.as_str(), arg.items()) {
            (Some(text), _) => (text, None),
            (None, [text, names]) => (text.as_str().unwrap_or(""), Some(names)),
            (None, [text]) => (text.as_str().unwrap_or(""), None),
            _ => return self.malformed(span, "`Fn::Sub`"),
        };
        let mut parts = Parts::new(self.ground.budget);
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("${") {
            parts.push_text(before);
            rest = behind;
            let Some((name, behind)) = rest.split_once('}') else {
                parts.push_text("${");
                break;
            };
            let name = name.trim();
            rest = behind;
            if let Some(literal) = name.strip_prefix('!') {
                parts.push_text(&format!("${{{literal}}}"));
                continue;
            }
            let value = match names.and_then(|names| names.get(name)) {
                Some(node) => self.value(node, depth + 1),
                None => match name.split_once('.') {
                    Some((resource, attribute)) => Some(self.attribute_of(resource, attribute, span)),
                    None => self.reference(name, span),
                },
            };
            if value.is_some_and(|value| !parts.push(&value)) {
                return self.malformed(span, "`Fn::Sub`");
            }
        }
        parts.push_text(rest);
        parts.finish(self, span)
    }

    fn join(&self, arg: &Node, span: Span, depth: usize) -> Tree {
        let [delimiter, list] = arg.items() else { return self.malformed(span, "`Fn::Join`") };
        let delimiter = delimiter.scalar_text().unwrap_or_default();
        let list = match self.value(list, depth + 1) {
            Some(Tree { kind: TreeKind::List(items), .. }) => items,
            Some(Tree { kind: TreeKind::Unknown(why), .. }) => {
                return self.unknown(span, Unknown::present(why.reason.clone()));
            }
            _ => return self.malformed(span, "`Fn::Join`"),
        };
        let mut parts = Parts::new(self.ground.budget);
        for (i, item) in list.iter().enumerate() {
            if i > 0 {
                parts.push_text(&delimiter);
            }
            if !parts.push(item) {
                return self.malformed(span, "`Fn::Join`");
            }
        }
        parts.finish(self, span)
    }

    fn split(&self, arg: &Node, span: Span, depth: usize) -> Tree {
        let [delimiter, source] = arg.items() else { return self.malformed(span, "`Fn::Split`") };
        match (delimiter.scalar_text(), self.value(source, depth + 1).map(|tree| tree.kind)) {
            (Some(delimiter), Some(TreeKind::Str(text))) if !delimiter.is_empty() => {
                self.list_of(text.split(delimiter.as_str()), span)
            }
            (_, Some(TreeKind::Unknown(why))) => self.unknown(span, Unknown::present(why.reason.clone())),
            _ => self.malformed(span, "`Fn::Split`"),
        }
    }

    fn select(&self, arg: &Node, span: Span, depth: usize) -> Option<Tree> {
        let [index, list] = arg.items() else { return Some(self.malformed(span, "`Fn::Select`")) };
        let index = self.value(index, depth + 1).and_then(|tree| match tree.kind {
            TreeKind::Int(value) => usize::try_from(value).ok(),
            TreeKind::Str(text) => text.parse().ok(),
            _ => None,
        });
        match (index, self.value(list, depth + 1).map(|tree| tree.kind)) {
            (Some(index), Some(TreeKind::List(items))) => match items.into_iter().nth(index) {
                Some(item) => Some(item),
                None => Some(self.malformed(span, "`Fn::Select`")),
            },
            (_, Some(TreeKind::Unknown(why))) => {
                Some(self.unknown(span, Unknown::present(why.reason.clone())))
            }
            (None, Some(TreeKind::List(_))) => Some(self.later(span, "the index is not known")),
            _ => Some(self.malformed(span, "`Fn::Select`")),
        }
    }

    fn find_in_map(&self, arg: &Node, span: Span, depth: usize) -> Option<Tree> {
        let [map, first, second, rest @ ..] = arg.items() else {
            return Some(self.malformed(span, "`Fn::FindInMap`"));
        };
        let key = |node: &Node| self.value(node, depth + 1).as_ref().and_then(text_of);
        let (Some(map), Some(first), Some(second)) = (key(map), key(first), key(second)) else {
            return Some(self.later(span, "the keys of the mapping are not known"));
        };
        let found = self.template.mapped(&map, &first, &second);
        match (found, rest.iter().find_map(|options| options.get("DefaultValue"))) {
            (Some(node), _) => {
                self.value(node, depth + 1).map(|tree| Tree { place: Some(self.place(span)), ..tree })
            }
            (None, Some(default)) => self.value(default, depth + 1),
            (None, None) => Some(self.later(span, &format!("mapping `{map}` has no `{first}`, `{second}`"))),
        }
    }

    fn base64(&self, arg: &Node, span: Span, depth: usize) -> Tree {
        match self.value(arg, depth + 1).map(|tree| tree.kind) {
            Some(TreeKind::Str(text)) if !self.ground.budget.text(2 * text.len()) => self.too_much(span),
            Some(TreeKind::Str(text)) => {
                let encoded = base64::engine::general_purpose::STANDARD.encode(text.as_bytes());
                self.tree(TreeKind::Str(encoded.into()), span)
            }
            // Nobody compares what is encoded; what is known of the plain text lets rules search it.
            Some(TreeKind::Unknown(why)) => {
                let parts = why.parts.clone();
                self.unknown(span, Unknown { parts, ..Unknown::present(why.reason.clone()) })
            }
            _ => self.malformed(span, "`Fn::Base64`"),
        }
    }

    /// `Fn::Cidr`: `count` networks of `bits` host bits inside a block, in order.
    fn cidr(&self, arg: &Node, span: Span, depth: usize) -> Tree {
        let mut args = arg.items().iter().map(|node| self.value(node, depth + 1).map(|tree| tree.kind));
        let number = |kind: Option<Option<TreeKind>>| match kind.flatten() {
            Some(TreeKind::Int(value)) => usize::try_from(value).ok(),
            Some(TreeKind::Str(text)) => text.parse().ok(),
            _ => None,
        };
        let block = match args.next().flatten() {
            Some(TreeKind::Str(text)) => text.parse::<IpNet>().ok(),
            _ => None,
        };
        let (count, bits) = (number(args.next()), number(args.next()));
        let nets = block.zip(count).and_then(|(block, count)| {
            let width = block.max_prefix_len() as usize;
            let host_bits = bits.unwrap_or(if width == 32 { 8 } else { 64 });
            let length = u8::try_from(width.checked_sub(host_bits)?).ok()?;
            let nets: Vec<IpNet> = block.subnets(length).ok()?.take(count.min(256)).collect();
            (nets.len() == count).then_some(nets)
        });
        match nets {
            Some(nets) => {
                let nets: Vec<String> = nets.iter().map(IpNet::to_string).collect();
                self.list_of(nets.iter().map(String::as_str), span)
            }
            None => self.later(span, "the block of `Fn::Cidr` is not known"),
        }
    }

    fn length(&self, arg: &Node, span: Span, depth: usize) -> Tree {
        match self.value(arg, depth + 1).map(|tree| tree.kind) {
            Some(TreeKind::List(items)) => self.tree(TreeKind::Int(items.len() as i64), span),
            Some(TreeKind::Unknown(why)) => self.unknown(span, Unknown::present(why.reason.clone())),
            _ => self.malformed(span, "`Fn::Length`"),
        }
    }

    /// Text with a hole for each value in it that is not known.
    fn to_json(&self, arg: &Node, span: Span, depth: usize) -> Tree {
        let Some(mut value) = self.value(arg, depth + 1) else {
            return self.malformed(span, "`Fn::ToJsonString`");
        };
        let mut unknown = Vec::new();
        mark(&mut value, &mut unknown);
        let text = tree::to_json(&value);
        let mut parts = Parts::new(self.ground.budget);
        let mut pieces = text.split(MARK);
        parts.push_text(pieces.next().unwrap_or(""));
        for (piece, value) in pieces.zip(&unknown) {
            parts.push(value);
            parts.push_text(piece);
        }
        parts.finish(self, span)
    }

    fn place(&self, span: Span) -> eyas_lang::value::Place {
        self.template.document.place(span)
    }
}

/// What stands for an unknown value in JSON text: no template can hold a control character.
const MARK: &str = "\"\\u0001\"";

/// Puts the mark where a value is not known, and takes what was there.
fn mark(tree: &mut Tree, unknown: &mut Vec<Tree>) {
    match &mut tree.kind {
        TreeKind::List(items) => items.iter_mut().for_each(|item| mark(item, unknown)),
        TreeKind::Map(members) => members.iter_mut().for_each(|(_, value)| mark(value, unknown)),
        TreeKind::Unknown(why) => {
            // In JSON text what is known of a part would have to be quoted and escaped.
            let hole = Unknown { parts: Vec::new(), ..Unknown::clone(why) };
            unknown.push(Tree { kind: TreeKind::Unknown(Arc::new(hole)), place: tree.place });
            tree.kind = TreeKind::Str(SmolStr::new_static("\u{1}"));
        }
        _ => {}
    }
}
