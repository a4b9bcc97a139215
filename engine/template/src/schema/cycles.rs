//! Resources that wait for each other in a circle.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use super::uses::{From, Use, Uses, What};
use super::{Checker, names, rules};
use crate::document::{Node, Span};

/// Resources by number, with the uses that make one wait for another.
struct Graph {
    edges: Vec<Vec<(usize, Span)>>,
}

/// Reports conditions that are defined by each other.
pub(super) fn check_conditions(checker: &mut Checker<'_>) {
    let root = &checker.template.document.root;
    let conditions = root.get("Conditions").map(Node::entries).unwrap_or_default();
    let numbers: FxHashMap<&str, usize> =
        conditions.iter().enumerate().map(|(i, condition)| (condition.key.as_str(), i)).collect();
    let mut edges = vec![Vec::new(); conditions.len()];
    for (entry, edges) in conditions.iter().zip(&mut edges) {
        named_conditions(&entry.value, &numbers, edges);
    }
    let graph = Graph { edges };
    for group in graph.groups() {
        let Some((span, cycle)) = graph.cycle(&group) else { continue };
        let names = cycle.iter().filter_map(|number| conditions.get(*number));
        let names: Vec<String> = names.map(|condition| format!("`{}`", condition.key)).collect();
        let message = format!("conditions are defined by each other: {}", names.join(" → "));
        checker.report(&rules::CIRCULAR_DEPENDENCY, span, message);
    }
}

fn named_conditions(node: &Node, numbers: &FxHashMap<&str, usize>, edges: &mut Vec<(usize, Span)>) {
    node.items().iter().for_each(|item| named_conditions(item, numbers, edges));
    for entry in node.entries() {
        match entry.value.as_str().and_then(|name| numbers.get(name)) {
            Some(number) if entry.key == "Condition" => edges.push((*number, entry.value.span)),
            _ => named_conditions(&entry.value, numbers, edges),
        }
    }
}

/// Reports each group of resources that wait for each other, once.
pub(super) fn check(checker: &mut Checker<'_>, uses: &Uses<'_>) {
    let graph = graph(checker, uses);
    let groups = graph.groups();
    for group in groups {
        let Some((first, cycle)) = graph.cycle(&group) else { continue };
        let names: Vec<String> = cycle
            .iter()
            .filter_map(|number| checker.template.resources.get(*number))
            .map(|resource| format!("`{}`", resource.id()))
            .collect();
        checker.current = cycle.first().and_then(|number| checker.template.resources.get(*number)).copied();
        let message = match names.as_slice() {
            [only, _] => format!("{only} depends on itself"),
            _ => format!("resources depend on each other in a circle: {}", names.join(" → ")),
        };
        checker.report(&rules::CIRCULAR_DEPENDENCY, first, message).fix =
            Some("move one of the references into a resource of its own, or drop it".to_owned());
    }
    checker.current = None;
}

fn graph(checker: &Checker<'_>, uses: &Uses<'_>) -> Graph {
    let resources = &checker.template.resources;
    let numbers: FxHashMap<&str, usize> =
        resources.iter().enumerate().map(|(i, resource)| (resource.entry.key.as_str(), i)).collect();
    let mut edges = vec![Vec::new(); resources.len()];
    for used in &uses.found {
        let From::Resource(from) = used.from else { continue };
        // SAM breaks the circles that its events make.
        let sam = resources.get(from).is_some_and(|resource| names::is_sam_type(resource.kind));
        let name = target(used, sam).filter(|name| !checker.template.parameters.contains_key(name));
        if let Some(to) = name.and_then(|name| numbers.get(name))
            && let Some(edges) = edges.get_mut(from)
        {
            edges.push((*to, used.span));
        }
    }
    Graph { edges }
}

/// The resource that a use makes its owner wait for. What counts under a condition only may never
/// come together with the rest of a circle.
fn target<'t>(used: &Use<'t>, sam: bool) -> Option<&'t str> {
    match used.what {
        What::Dependency(name) => Some(name),
        What::Value(name) | What::Attribute(name, _) if !sam && !used.conditional => Some(name),
        _ => None,
    }
}

impl Graph {
    fn next(&self, node: usize) -> &[(usize, Span)] {
        self.edges.get(node).map(Vec::as_slice).unwrap_or_default()
    }

    /// Groups of nodes of which each can be reached from each (Tarjan's algorithm, without
    /// recursion), in the order of their first nodes.
    fn groups(&self) -> Vec<Vec<usize>> {
        let count = self.edges.len();
        let (mut index, mut low) = (vec![usize::MAX; count], vec![usize::MAX; count]);
        let (mut on_stack, mut stack, mut groups) = (vec![false; count], Vec::new(), Vec::new());
        let mut visited = 0;
        for root in 0..count {
            if index[root] != usize::MAX {
                continue;
            }
            let mut open = vec![(root, 0)];
            while let Some((node, edge)) = open.pop() {
                if edge == 0 {
                    index[node] = visited;
                    low[node] = visited;
                    visited += 1;
                    stack.push(node);
                    on_stack[node] = true;
                }
                if let Some((to, _)) = self.next(node).get(edge) {
                    open.push((node, edge + 1));
                    if index[*to] == usize::MAX {
                        open.push((*to, 0));
                    } else if on_stack[*to] {
                        low[node] = low[node].min(index[*to]);
                    }
                    continue;
                }
                if let Some((parent, _)) = open.last() {
                    low[*parent] = low[*parent].min(low[node]);
                }
                if low[node] == index[node] {
                    let mut group = Vec::new();
                    while let Some(member) = stack.pop() {
                        on_stack[member] = false;
                        group.push(member);
                        if member == node {
                            break;
                        }
                    }
                    group.sort_unstable();
                    groups.push(group);
                }
            }
        }
        groups.sort_unstable();
        groups
    }

    /// The shortest circle through the first node of a group, with the place of its first
    /// reference; `None` where a group is no circle.
    fn cycle(&self, group: &[usize]) -> Option<(Span, Vec<usize>)> {
        let start = *group.first()?;
        let mut before: FxHashMap<usize, usize> = FxHashMap::default();
        let mut queue = VecDeque::from([start]);
        while let Some(node) = queue.pop_front() {
            for (to, _) in self.next(node) {
                if *to == start {
                    let mut cycle = vec![start, node];
                    while let Some(previous) = before.get(cycle.last()?) {
                        cycle.push(*previous);
                    }
                    cycle.reverse();
                    let second = *cycle.get(1)?;
                    let (_, span) = self.next(start).iter().find(|(to, _)| *to == second)?;
                    return Some((*span, cycle));
                }
                if group.binary_search(to).is_ok() && !before.contains_key(to) {
                    before.insert(*to, node);
                    queue.push_back(*to);
                }
            }
        }
        None
    }
}
