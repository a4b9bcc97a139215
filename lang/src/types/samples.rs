//! Tests and samples: records in rule files.

use std::rc::Rc;
use std::sync::Arc;

use smol_str::SmolStr;

use super::habits::unknown_record_type;
use super::shared::Shared;
use super::{Type, given};
use crate::catalog::{Catalog, Extract, Plane, RecordType, Shape, Step};
use crate::checked::{Beside, Test, TestCase, TestInput};
use crate::diagnostics::{Code, Diagnostic, nearest};
use crate::resolve::{DeclId, FileIx, Found, Kind};
use crate::source::Sources;
use crate::syntax::ast::{self, Data, DataKind, DeclKind, Ident, Name};
use crate::value::{Place, Tree, TreeKind, Unknown};

/// Where each line of a file starts: places of many values are asked for.
pub(crate) struct Lines<'t> {
    text: &'t str,
    starts: Vec<u32>,
}

impl<'t> Lines<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i as u32 + 1);
        Lines { text, starts: std::iter::once(0).chain(ends).collect() }
    }

    fn place(&self, start: u32, end: u32) -> Place {
        let line = self.starts.partition_point(|s| *s <= start).max(1);
        let from = self.starts.get(line - 1).copied().unwrap_or(0);
        let column = self.text.get(from as usize..start as usize).map_or(0, |t| t.chars().count());
        Place { offset: start, len: end.saturating_sub(start), line: line as u32, column: column as u32 + 1 }
    }
}

/// The tree of in-file data, with the places of its values where lines are given.
pub(super) fn tree(data: &Data, lines: Option<&Lines<'_>>) -> Tree {
    let kind = match &data.kind {
        DataKind::Null => TreeKind::Null,
        DataKind::Bool(b) => TreeKind::Bool(*b),
        DataKind::Number(text) => match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(i), _) => TreeKind::Int(i),
            (Err(_), Ok(f)) => TreeKind::Float(f),
            (Err(_), Err(_)) => TreeKind::Str(text.clone()),
        },
        DataKind::Text { text, .. } => TreeKind::Str(SmolStr::new(text)),
        DataKind::List(items) => TreeKind::List(items.iter().map(|i| tree(i, lines)).collect()),
        DataKind::Object(members) => {
            TreeKind::Map(members.iter().map(|(k, v)| (k.name.clone(), tree(v, lines))).collect())
        }
        DataKind::Unknown(reason) => TreeKind::Unknown(Arc::new(Unknown::new(reason.clone()))),
    };
    Tree { kind, place: lines.map(|l| l.place(data.span.start, data.span.end)) }
}

/// `base with over`: objects merge, null removes, anything else replaces.
fn merge(base: Tree, over: Tree) -> Tree {
    match (base.kind, over.kind) {
        (TreeKind::Map(mut members), TreeKind::Map(changes)) => {
            for (key, value) in changes {
                let at = members.iter().rposition(|(k, _)| *k == key);
                match (at, &value.kind) {
                    (Some(i), TreeKind::Null) => {
                        members.remove(i);
                    }
                    (None, TreeKind::Null) => {}
                    (Some(i), _) => {
                        let (_, old) = members.remove(i);
                        members.insert(i, (key, merge(old, value)));
                    }
                    (None, _) => members.push((key, value)),
                }
            }
            Tree { kind: TreeKind::Map(members), place: over.place }
        }
        (_, kind) => Tree { kind, place: over.place },
    }
}

/// Checks a sample by itself.
pub(crate) fn check_sample(sh: &Shared<'_>, sample: &ast::Sample) {
    let Some(record) = record_type(sh, &sample.record) else { return };
    check_data(sh, record, &sample.value);
}

fn record_type<'a>(sh: &Shared<'a>, name: &Name) -> Option<&'a RecordType> {
    let record = sh.catalog.record_type(&name.text);
    if record.is_none() {
        sh.sink.push(unknown_record_type(sh.catalog, &name.text, name.span));
    }
    record
}

/// Checks a test; `None` where it or its rule is broken.
pub(crate) fn check_test(
    sh: &mut Shared<'_>,
    file: FileIx,
    test: &ast::Test,
    span: crate::source::Span,
    lines: &Lines<'_>,
) -> Option<Test> {
    let (id, record) = rule_under_test(sh, file, test)?;
    let cases = test.cases.iter().filter_map(|case| check_case(sh, file, id, record, case, lines)).collect();
    Some(Test { rule: sh.names.id(sh.names.entry(id)), cases, span })
}

fn check_case<'a>(
    sh: &mut Shared<'a>,
    file: FileIx,
    rule: DeclId,
    record: &'a RecordType,
    case: &ast::TestCase,
    lines: &Lines<'_>,
) -> Option<TestCase> {
    let input = match &case.input {
        ast::TestInput::Template(path) => Some(TestInput::Template(path.node.clone())),
        ast::TestInput::File(path) => Some(TestInput::File(path.node.clone())),
        ast::TestInput::Record { base, value } => {
            let tree = input_record(sh, file, record, base.as_ref(), value.as_ref(), lines);
            tree.map(|tree| TestInput::Record(Arc::new(tree)))
        }
    };
    let beside: Vec<Option<Beside>> =
        case.beside.iter().map(|other| check_beside(sh, file, other, lines)).collect();
    let rule = match &case.params {
        Some(params) => Some(given::rule_with(sh, file, rule, params)?),
        None => None,
    };
    Some(TestCase {
        expect: case.expect,
        title: case.title.node.clone(),
        input: input?,
        beside: beside.into_iter().collect::<Option<_>>()?,
        rule,
        span: case.span,
    })
}

fn check_beside(sh: &Shared<'_>, file: FileIx, other: &ast::Beside, lines: &Lines<'_>) -> Option<Beside> {
    let record = record_type(sh, &other.record)?;
    if record.plane != Plane::Resource {
        sh.sink.push(
            Diagnostic::new(
                Code::NotAResource,
                other.record.span,
                format!("only resources stand `beside` a record, and `{}` is none", record.name),
            )
            .help("name a resource type, such as `AWS::S3::BucketPolicy`"),
        );
        return None;
    }
    let tree = input_record(sh, file, record, other.base.as_ref(), other.value.as_ref(), lines)?;
    Some(Beside { record: record.name.clone(), tree: Arc::new(tree) })
}

/// The rule that a test names, and the type of its records.
fn rule_under_test<'a>(sh: &Shared<'a>, file: FileIx, test: &ast::Test) -> Option<(DeclId, &'a RecordType)> {
    let id = match sh.names.find(file, &test.rule.text, &[Kind::Rule]) {
        Found::One(id) => id,
        Found::Several(_) | Found::No => {
            let rules = sh.names.visible(file, &[Kind::Rule]);
            sh.sink.push(
                Diagnostic::new(
                    Code::UnknownRule,
                    test.rule.span,
                    format!("no rule `{}` to test", test.rule.text),
                )
                .did_you_mean(nearest(&test.rule.text, rules.iter().map(SmolStr::as_str)))
                .help("a test names a rule of its package, or `package.rule`"),
            );
            return None;
        }
    };
    let entry = sh.names.entry(id);
    let (DeclKind::Rule(rule) | DeclKind::Sequence(rule)) = &entry.decl.kind else { return None };
    let record = sh.catalog.record_type(&rule.record.text)?;
    Some((id, record))
}

fn input_record<'a>(
    sh: &Shared<'a>,
    file: FileIx,
    record: &'a RecordType,
    base: Option<&Name>,
    value: Option<&Data>,
    lines: &Lines<'_>,
) -> Option<Tree> {
    if let Some(value) = value {
        check_data(sh, record, value);
    }
    let over = value.map(|v| tree(v, Some(lines)));
    let Some(base) = base else { return over };
    let base = sample_tree(sh, file, record, base)?;
    Some(match over {
        Some(over) => merge(base, over),
        None => base,
    })
}

fn sample_tree(sh: &Shared<'_>, file: FileIx, record: &RecordType, name: &Name) -> Option<Tree> {
    let found = sh.names.find(file, &name.text, &[Kind::Sample]);
    let Found::One(id) = found else {
        let samples = sh.names.visible(file, &[Kind::Sample]);
        let help = match (found, sh.names.package_with(&name.text, &[Kind::Sample])) {
            (Found::Several(ids), _) => {
                let full: Vec<SmolStr> = ids.iter().map(|id| sh.names.id(sh.names.entry(*id))).collect();
                format!("write `{}`", full.join("` or `"))
            }
            (_, Some(package)) => {
                format!("the package `{package}` has a sample of that name: write `use {package}`")
            }
            (_, None) => "declare it with `sample NAME on TYPE { … }`".to_owned(),
        };
        sh.sink.push(
            Diagnostic::new(Code::UnknownName, name.span, format!("no sample `{}`", name.text))
                .did_you_mean(nearest(&name.text, samples.iter().map(SmolStr::as_str)))
                .help(help),
        );
        return None;
    };
    let entry = sh.names.entry(id);
    let DeclKind::Sample(sample) = &entry.decl.kind else { return None };
    if sample.record.text != record.name {
        sh.sink.push(
            Diagnostic::new(
                Code::TypeMismatch,
                name.span,
                format!(
                    "the sample `{}` is of `{}`, and a `{}` is asked for",
                    name.text, sample.record.text, record.name
                ),
            )
            .also(sample.record.span, "declared here"),
        );
        return None;
    }
    Some(sample_of(sh, id, sample))
}

/// The tree of a sample, made once.
fn sample_of(sh: &Shared<'_>, id: DeclId, sample: &ast::Sample) -> Tree {
    if let Some(known) = sh.samples.borrow().get(&id) {
        return known.clone();
    }
    let text = &sh.sources.get(sample.value.span.file).text;
    let tree = tree(&sample.value, Some(&Lines::new(text)));
    sh.samples.borrow_mut().insert(id, tree.clone());
    tree
}

/// Looks for misspelt keys. Lenient: records hold more than the catalog knows, so only a key
/// that is nearly a known one is pointed out.
fn check_data<'a>(sh: &Shared<'a>, record: &'a RecordType, data: &Data) {
    match record.plane {
        Plane::Resource => check_members(sh, sh.catalog, &record.shape, data),
        Plane::Event | Plane::Block => {
            let known = top_keys(sh, record);
            let DataKind::Object(members) = &data.kind else { return };
            for (key, _) in members {
                if !known.contains(&key.name.as_str()) {
                    near_miss(sh, key, known.iter().copied(), &record.name);
                }
            }
        }
    }
}

fn check_members(sh: &Shared<'_>, catalog: &Catalog, shape: &Shape, data: &Data) {
    match &data.kind {
        DataKind::List(items) => items.iter().for_each(|i| check_members(sh, catalog, shape, i)),
        DataKind::Object(members) => {
            for (key, value) in members {
                match shape.field(&key.name) {
                    Some(field) => {
                        let mut ty = &field.ty;
                        while let Type::List(item) = ty {
                            ty = item;
                        }
                        if let Type::Record(name) = ty
                            && let Some(inner) = catalog.shape(name)
                        {
                            check_members(sh, catalog, inner, value);
                        }
                    }
                    None => near_miss(sh, key, shape.fields.iter().map(|f| f.name.as_str()), &shape.name),
                }
            }
        }
        _ => {}
    }
}

fn near_miss<'k>(sh: &Shared<'_>, key: &Ident, known: impl Iterator<Item = &'k str>, of: &str) {
    let near = nearest(&key.name, known);
    let help = match key.name.as_str() {
        "Properties" => "the record of a resource is its properties: write them without `Properties`",
        name if of == "cloudtrail" && name.contains('.') => {
            "the record is the raw event: write its own keys, as in `{ eventName: RunInstances }`"
        }
        _ if near.is_some() => "no condition that reads the record sees this value",
        _ => return,
    };
    sh.sink.push(
        Diagnostic::new(Code::UnknownTestKey, key.span, format!("`{of}` has no `{}`", key.name))
            .did_you_mean(near)
            .help(help),
    );
}

/// The keys at the top of a type's raw records, as far as fields are read from there.
fn top_keys<'a>(sh: &Shared<'a>, record: &'a RecordType) -> Rc<[&'a str]> {
    let mut cache = sh.top_keys.borrow_mut();
    let known = cache.entry(&record.name).or_insert_with(|| {
        let mut keys = Vec::new();
        record.shape.fields.iter().for_each(|f| raw_keys(&f.at, &mut keys));
        keys.into()
    });
    known.clone()
}

/// The first keys of the places that a field is read from.
fn raw_keys<'c>(at: &'c Extract, out: &mut Vec<&'c str>) {
    match at {
        Extract::Path(steps) => {
            if let Some(Step::Key(key)) = steps.first()
                && !out.contains(&key.as_str())
            {
                out.push(key);
            }
        }
        Extract::First(list) | Extract::Concat(list) | Extract::Sum(list) => {
            list.iter().for_each(|e| raw_keys(e, out));
        }
        Extract::Case { on, arms, otherwise } => {
            raw_keys(on, out);
            arms.iter().for_each(|(_, e)| raw_keys(e, out));
            otherwise.iter().for_each(|e| raw_keys(e, out));
        }
        Extract::Json(e)
        | Extract::WithoutSuffix(e, _)
        | Extract::Join(e, _)
        | Extract::Prefixed(e, _)
        | Extract::Tags(e) => raw_keys(e, out),
        Extract::Part { of, .. } | Extract::Flag { of, .. } => raw_keys(of, out),
        Extract::Lookup { list, .. } => raw_keys(list, out),
        Extract::Text(_) | Extract::Argument | Extract::Ordinal => {}
    }
}

/// The text of a file with its line starts.
pub(crate) fn lines_of<'t>(sources: &'t Sources, file: crate::source::FileId) -> Lines<'t> {
    Lines::new(&sources.get(file).text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(members: &[(&str, Tree)]) -> Tree {
        Tree::new(TreeKind::Map(members.iter().map(|(k, v)| (SmolStr::new(k), v.clone())).collect()))
    }

    fn int(i: i64) -> Tree {
        Tree::new(TreeKind::Int(i))
    }

    #[test]
    fn merging_goes_deep_null_removes_and_lists_replace() {
        let list = |items: Vec<Tree>| Tree::new(TreeKind::List(items));
        let base = map(&[
            ("a", int(1)),
            ("b", map(&[("c", int(2)), ("d", int(3))])),
            ("l", list(vec![int(1), int(2)])),
        ]);
        let over = map(&[
            ("a", Tree::new(TreeKind::Null)),
            ("b", map(&[("d", int(4)), ("e", int(5))])),
            ("l", list(vec![int(9)])),
            ("gone", Tree::new(TreeKind::Null)),
        ]);
        let expected =
            map(&[("b", map(&[("c", int(2)), ("d", int(4)), ("e", int(5))])), ("l", list(vec![int(9)]))]);
        assert_eq!(merge(base, over), expected);
    }

    #[test]
    fn places_count_characters_from_one() {
        let lines = Lines::new("é: 1\n  x: 2\n");
        assert_eq!((lines.place(4, 5).line, lines.place(4, 5).column), (1, 4));
        assert_eq!((lines.place(8, 9).line, lines.place(8, 9).column), (2, 3));
    }
}
