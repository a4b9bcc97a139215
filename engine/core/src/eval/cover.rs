//! How every comparison of a rule comes out, whether or not the outcome needed it.

use eyas_lang::source::Span;

use super::Truth;
use super::state::{Bound, Eval};
use crate::plan::{Node, PlannedRule};

/// Told of one comparison: where it stands, its text, how it came out.
pub(crate) type Seen<'s> = &'s mut dyn FnMut(Span, &str, Truth);

impl<'p> Eval<'p, '_> {
    /// Tests every comparison of a rule on the record.
    pub(crate) fn cover(&mut self, rule: &'p PlannedRule, seen: Seen<'_>) {
        for node in nodes(rule) {
            self.cover_node(node, seen);
        }
    }

    fn cover_node(&mut self, node: &'p Node, seen: Seen<'_>) {
        match node {
            Node::Const(_) => {}
            Node::All(each) | Node::Any(each) => each.iter().for_each(|one| self.cover_node(one, seen)),
            Node::Not(of) => self.cover_node(of, seen),
            Node::Atom(site) => {
                let truth = self.atom(site.atom);
                seen(site.source.span, &site.text, truth);
            }
            Node::Quant(quant) => {
                for item in self.over(quant) {
                    self.bind(quant.var.0, item);
                    self.cover_node(&quant.body, seen);
                }
                self.bind(quant.var.0, Bound::None);
            }
        }
    }
}

/// Every condition of a rule.
pub(crate) fn nodes(rule: &PlannedRule) -> impl Iterator<Item = &Node> {
    rule.scope.iter().chain([&rule.when]).chain(rule.severity.iter().map(|(_, node)| node))
}

/// The comparisons of a condition, each with its place and text.
pub(crate) fn sites<'n>(node: &'n Node, out: &mut Vec<(Span, &'n str)>) {
    match node {
        Node::Const(_) => {}
        Node::All(each) | Node::Any(each) => each.iter().for_each(|one| sites(one, out)),
        Node::Not(of) => sites(of, out),
        Node::Atom(site) => out.push((site.source.span, &site.text)),
        Node::Quant(quant) => sites(&quant.body, out),
    }
}
