//! `literal`

use std::sync::Arc;

use super::kit;
use super::{CallContext, Example, Function, ParamKind, Passing};
use crate::value::{Fetched, Tree, TreeKind, Value};

pub(super) static FUNCTION: Function = Function {
    name: "literal",
    params: &[kit::param("value", ParamKind::Any)],
    variadic: false,
    passing: Passing::Known,
    result: kit::same,
    doc: "The value where it is written down, and absent where it is filled in from elsewhere: a reference, \
          a parameter without a default. Of a map or list, what is written down of it. For rules about what \
          must not be written down, such as passwords: what only the deployment knows is not in the template.",
    examples: &[
        Example { expr: r#"literal("hunter2")"#, result: r#""hunter2""# },
        Example { expr: r#"literal(first([]))"#, result: "absent" },
    ],
    eval,
};

fn eval<'r>(args: &[Value<'r>], _: &CallContext) -> Fetched<'r> {
    match args.first() {
        None => Fetched::Absent,
        Some(Value::Tree(tree)) if tree.first_unknown().is_some() => written(tree),
        Some(Value::Object(tree)) if tree.first_unknown().is_some() => written(tree),
        Some(value) => Fetched::Present(value.clone()),
    }
}

fn written<'r>(tree: &Tree) -> Fetched<'r> {
    without_unknown(tree).map_or(Fetched::Absent, |tree| Fetched::Present(Value::Object(Arc::new(tree))))
}

fn without_unknown(tree: &Tree) -> Option<Tree> {
    let kind = match &tree.kind {
        TreeKind::Unknown(_) => return None,
        TreeKind::List(items) => TreeKind::List(items.iter().filter_map(without_unknown).collect()),
        TreeKind::Map(members) => TreeKind::Map(
            members.iter().filter_map(|(key, value)| Some((key.clone(), without_unknown(value)?))).collect(),
        ),
        other => other.clone(),
    };
    Some(Tree { kind, place: tree.place })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Unknown;

    #[test]
    fn of_a_map_stays_what_is_written_down() {
        let unknown = || Tree::new(TreeKind::Unknown(Arc::new(Unknown::new("a parameter"))));
        let text = |text: &str| Tree::new(TreeKind::Str(text.into()));
        let list = Tree::new(TreeKind::List(vec![unknown(), text("x")]));
        let map = TreeKind::Map(vec![("a".into(), unknown()), ("b".into(), list), ("c".into(), text("y"))]);
        let Fetched::Present(Value::Object(found)) =
            eval(&[Value::Tree(&Tree::new(map))], &CallContext::default())
        else {
            panic!("a map is a map")
        };
        let list = Tree::new(TreeKind::List(vec![text("x")]));
        assert_eq!(found.kind, TreeKind::Map(vec![("b".into(), list), ("c".into(), text("y"))]));
    }
}
