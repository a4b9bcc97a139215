//! CEL in `let` and in messages: compiled at load, its errors at their place in the rule file,
//! what it reads resolved to terms.

use std::sync::Arc;

use cel::common::ast::{EntryExpr, Expr, IdedExpr};
use cel::parser::ParseErrors;

use super::Type;
use super::fields::describe;
use super::lower::Lower;
use super::scope::Scope;
use crate::checked::{CelProgram, Term};
use crate::diagnostics::{Code, Diagnostic, nearest};
use crate::source::Span;
use crate::syntax::ast::{Cel, Segment};

/// CEL's own functions.
const FUNCTIONS: &[&str] = &[
    "bool",
    "bytes",
    "contains",
    "double",
    "duration",
    "dyn",
    "endsWith",
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getFullYear",
    "getHours",
    "getMilliseconds",
    "getMinutes",
    "getMonth",
    "getSeconds",
    "int",
    "matches",
    "size",
    "startsWith",
    "string",
    "timestamp",
    "type",
    "uint",
];

/// Names of types, which are values in CEL.
const TYPES: &[&str] =
    &["bool", "bytes", "double", "int", "list", "map", "null_type", "string", "type", "uint"];

/// How deep a CEL expression may nest; its own parser has a limit too.
const MAX_DEPTH: usize = 96;

/// Where offsets into a CEL text are in the file.
struct Places<'t> {
    cel: &'t Cel,
    /// The text stands in the file as it is, without escapes.
    verbatim: bool,
}

impl Places<'_> {
    /// The span of the characters `start..end` of the text.
    fn chars(&self, start: usize, end: usize) -> Span {
        if !self.verbatim {
            return self.cel.span;
        }
        let byte = |n: usize| self.cel.text.char_indices().nth(n).map_or(self.cel.text.len(), |(i, _)| i);
        let from = self.cel.span.start as usize;
        let (start, end) = (byte(start), byte(end));
        Span::new(self.cel.span.file, from + start, from + end.max(start))
    }

    /// The place of a line and column, both from 1.
    fn line_column(&self, line: isize, column: isize) -> Span {
        let before: usize = self
            .cel
            .text
            .split_inclusive('\n')
            .take((line - 1).max(0) as usize)
            .map(|l| l.chars().count())
            .sum();
        let at = before + (column - 1).max(0) as usize;
        self.chars(at, at + 1)
    }
}

/// What an expression reads and calls.
#[derive(Default)]
struct Uses {
    /// Dotted names with the id of their node, and whether only presence below them is tested.
    reads: Vec<(Vec<String>, u64, bool)>,
    /// Functions with the id of their call.
    calls: Vec<(String, u64)>,
    too_deep: bool,
}

impl<'a> Lower<'_, 'a> {
    /// A CEL expression.
    pub(crate) fn cel(&mut self, cel: &Cel, scope: &Scope<'_>) -> Option<CelProgram> {
        let verbatim = self.sh.sources.text(cel.span) == cel.text;
        let places = Places { cel, verbatim };
        if cel.text.trim().is_empty() {
            self.report(Diagnostic::new(Code::Cel, cel.span, "this CEL expression is empty"));
            return None;
        }
        let program = match cel::Program::compile(&cel.text) {
            Ok(program) => program,
            Err(errors) => {
                self.cel_errors(&errors, &places);
                return None;
            }
        };
        let mut uses = Uses::default();
        collect(program.expression(), &mut Vec::new(), &mut uses, 0);
        if uses.too_deep {
            self.report(Diagnostic::new(
                Code::TooComplex,
                cel.span,
                "this CEL expression is nested too deeply",
            ));
            return None;
        }
        let place = |id: u64| match program.source_info().offset_for(id) {
            Some((start, stop)) => places.chars(start as usize, stop as usize + 1),
            None => cel.span,
        };
        let mut ok = true;
        for (name, id) in &uses.calls {
            if !FUNCTIONS.contains(&name.as_str()) {
                let at = if verbatim { whole_name(place(*id), name, &cel.text, cel.span) } else { cel.span };
                self.unknown_cel_function(name, at);
                ok = false;
            }
        }
        let mut reads: Vec<(String, Term)> = Vec::new();
        for (segments, id, has) in &uses.reads {
            let name = segments.join(".");
            if reads.iter().any(|(n, _)| *n == name) {
                continue;
            }
            let span = if verbatim { whole_name(place(*id), &name, &cel.text, cel.span) } else { cel.span };
            match self.cel_read(segments, span, *has, scope) {
                Some(term) => reads.push((name, term)),
                None => ok = false,
            }
        }
        ok.then(|| CelProgram { text: cel.text.clone(), program: Arc::new(program), reads, span: cel.span })
    }

    fn cel_read(&mut self, segments: &[String], span: Span, has: bool, scope: &Scope<'_>) -> Option<Term> {
        let segments: Vec<Segment> =
            segments.iter().map(|s| Segment { name: s.into(), arg: None, span }).collect();
        let typed = self.read_path(&segments, span, scope)?;
        if has && !matches!(typed.ty, Type::Dynamic | Type::Record(_)) {
            let what = describe(&typed.ty);
            self.report(
                Diagnostic::new(Code::Cel, span, format!("`has` looks for a member of {what}"))
                    .help("use `exists` in a condition to ask whether a field is there"),
            );
            return None;
        }
        Some(typed.term)
    }

    fn unknown_cel_function(&mut self, name: &str, span: Span) {
        let near = nearest(name, FUNCTIONS.iter().copied());
        let help = if crate::functions::find(name).is_some() {
            "functions of conditions are not part of CEL: call it in a condition instead"
        } else {
            "CEL has its standard functions only: `size`, `startsWith`, `matches`, `string`, …"
        };
        let mut d = Diagnostic::new(Code::Cel, span, format!("no CEL function `{name}`")).help(help);
        if let Some(near) = near {
            d = d.label(format!("did you mean `{near}`?"));
        }
        self.report(d);
    }

    fn cel_errors(&mut self, errors: &ParseErrors, places: &Places<'_>) {
        // One text, one error: what follows the first is mostly its consequence.
        let Some(first) = errors.errors.first() else {
            self.report(Diagnostic::new(Code::Cel, places.cel.span, "this CEL expression cannot be read"));
            return;
        };
        let reason = plain_reason(&first.msg);
        let d = Diagnostic::new(
            Code::Cel,
            places.line_column(first.pos.0, first.pos.1),
            "this CEL expression cannot be read",
        )
        .label(reason);
        self.report(d);
    }
}

/// What CEL's parser says, without the names of its tokens.
fn plain_reason(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default().trim_start_matches("Syntax error: ");
    let quoted = line.split('\'').nth(1).unwrap_or_default();
    let odd = ["mismatched input", "extraneous input", "no viable alternative", "token recognition error"];
    if odd.iter().any(|o| line.starts_with(o)) {
        return match quoted {
            "" | "<EOF>" => "the expression ends too early".to_owned(),
            other => format!("`{other}` is not expected here"),
        };
    }
    let line = line.split(" expecting ").next().unwrap_or(line);
    line.replace("'<EOF>'", "the end").replace('\'', "`")
}

/// CEL places a selection at its dot: finds the whole dotted name around it.
fn whole_name(at: Span, name: &str, text: &str, outer: Span) -> Span {
    let offset = (at.start.saturating_sub(outer.start)) as usize;
    let found =
        text.match_indices(name).map(|(i, _)| i).filter(|i| *i <= offset).max().or_else(|| text.find(name));
    match found {
        Some(i) => {
            let start = outer.start as usize + i;
            Span::new(outer.file, start, start + name.len())
        }
        None => at,
    }
}

/// The dotted name that an expression spells.
fn dotted(e: &IdedExpr) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut e = e;
    loop {
        match &e.expr {
            Expr::Ident(name) => {
                names.push(name.clone());
                names.reverse();
                return Some(names);
            }
            Expr::Select(select) if !select.test => {
                names.push(select.field.clone());
                e = &select.operand;
            }
            _ => return None,
        }
    }
}

fn collect<'e>(e: &'e IdedExpr, bound: &mut Vec<&'e str>, uses: &mut Uses, depth: usize) {
    if depth > MAX_DEPTH {
        uses.too_deep = true;
        return;
    }
    let depth = depth + 1;
    match &e.expr {
        Expr::Ident(_) => read(e, bound, uses, false),
        Expr::Select(select) if select.test => match dotted(&select.operand) {
            Some(_) => read(&select.operand, bound, uses, true),
            None => collect(&select.operand, bound, uses, depth),
        },
        Expr::Select(select) => match dotted(e) {
            Some(_) => read(e, bound, uses, false),
            None => collect(&select.operand, bound, uses, depth),
        },
        Expr::Call(call) => {
            // Operators are calls with names that no function can have.
            if call.func_name.starts_with(|c: char| c.is_alphabetic()) {
                uses.calls.push((call.func_name.clone(), e.id));
            }
            call.target.iter().for_each(|t| collect(t, bound, uses, depth));
            call.args.iter().for_each(|a| collect(a, bound, uses, depth));
        }
        Expr::Comprehension(c) => {
            collect(&c.iter_range, bound, uses, depth);
            collect(&c.accu_init, bound, uses, depth);
            let before = bound.len();
            bound.push(&c.iter_var);
            bound.extend(c.iter_var2.as_deref());
            bound.push(&c.accu_var);
            collect(&c.loop_cond, bound, uses, depth);
            collect(&c.loop_step, bound, uses, depth);
            collect(&c.result, bound, uses, depth);
            bound.truncate(before);
        }
        Expr::List(list) => list.elements.iter().for_each(|i| collect(i, bound, uses, depth)),
        Expr::Map(map) => map.entries.iter().for_each(|entry| match &entry.expr {
            EntryExpr::MapEntry(m) => {
                collect(&m.key, bound, uses, depth);
                collect(&m.value, bound, uses, depth);
            }
            EntryExpr::StructField(f) => collect(&f.value, bound, uses, depth),
        }),
        Expr::Struct(s) => s.entries.iter().for_each(|entry| match &entry.expr {
            EntryExpr::StructField(f) => collect(&f.value, bound, uses, depth),
            EntryExpr::MapEntry(m) => {
                collect(&m.key, bound, uses, depth);
                collect(&m.value, bound, uses, depth);
            }
        }),
        Expr::Literal(_) | Expr::Unspecified => {}
    }
}

fn read(e: &IdedExpr, bound: &[&str], uses: &mut Uses, has: bool) {
    let Some(names) = dotted(e) else { return };
    let Some(root) = names.first() else { return };
    let own = root.starts_with('@')
        || bound.contains(&root.as_str())
        || (names.len() == 1 && TYPES.contains(&root.as_str()));
    if !own {
        uses.reads.push((names, e.id, has));
    }
}

#[cfg(test)]
mod tests {
    use super::FUNCTIONS;

    #[test]
    fn the_listed_functions_are_those_of_cel() {
        let calls = [
            "bool('true')",
            "bytes('a')",
            "'ab'.contains('a')",
            "double(1)",
            "duration('1s')",
            "dyn(1)",
            "'ab'.endsWith('b')",
            "timestamp('2026-01-01T00:00:00Z').getDate()",
            "timestamp('2026-01-01T00:00:00Z').getDayOfMonth()",
            "timestamp('2026-01-01T00:00:00Z').getDayOfWeek()",
            "timestamp('2026-01-01T00:00:00Z').getDayOfYear()",
            "timestamp('2026-01-01T00:00:00Z').getFullYear()",
            "timestamp('2026-01-01T00:00:00Z').getHours()",
            "timestamp('2026-01-01T00:00:00Z').getMilliseconds()",
            "timestamp('2026-01-01T00:00:00Z').getMinutes()",
            "timestamp('2026-01-01T00:00:00Z').getMonth()",
            "timestamp('2026-01-01T00:00:00Z').getSeconds()",
            "int('1')",
            "'ab'.matches('a.')",
            "size('a')",
            "'ab'.startsWith('a')",
            "string(1)",
            "timestamp('2026-01-01T00:00:00Z')",
            "type(1)",
            "uint(1)",
        ];
        assert_eq!(calls.len(), FUNCTIONS.len());
        for (call, name) in calls.iter().zip(FUNCTIONS) {
            assert!(call.contains(&format!("{name}(")), "{call} is not about {name}");
            let program = cel::Program::compile(call).expect("the call is well-formed");
            let result = program.execute(&cel::Context::with_env(crate::expressions::environment()));
            assert!(result.is_ok(), "{call}: {result:?}");
        }
    }
}
