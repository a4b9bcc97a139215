//! Warnings about comparisons that can never be true, and conditions that nothing can satisfy.

use smol_str::SmolStr;

use super::Type;
use super::compare::{const_text, item_type};
use super::lower::{Lower, Typed};
use crate::checked::{AtomTest, Expr, Set, Term};
use crate::diagnostics::{Code, Diagnostic, nearest};
use crate::source::Span;
use crate::syntax::ast::CompareOp;
use crate::value::Value;

/// How CloudTrail writes the values of a field, as far as that is fixed.
struct Format {
    field: &'static str,
    /// Whether text can be a value.
    holds: fn(&str) -> bool,
    /// What values look like.
    looks: &'static str,
    /// The likely meaning of text that cannot be a value.
    mend: fn(&str) -> Option<String>,
}

const FORMATS: &[Format] = &[
    Format {
        field: "ct.name",
        holds: |t| {
            t.starts_with(|c: char| c.is_ascii_uppercase() || !c.is_ascii_alphabetic()) && !t.contains(':')
        },
        looks: "event names start with a capital letter and have no service in front: `RunInstances`",
        mend: |t| {
            let name = t.rsplit(':').next()?;
            let mut chars = name.chars();
            chars.next().map(|c| c.to_ascii_uppercase().to_string() + chars.as_str())
        },
    },
    Format {
        field: "ct.src",
        holds: |t| t.contains('.'),
        looks: "event sources are host names: `ec2.amazonaws.com`",
        mend: |t| Some(format!("{t}.amazonaws.com")),
    },
    Format {
        field: "ct.shortsrc",
        holds: |t| !t.ends_with(".amazonaws.com"),
        looks: "the short source has no `.amazonaws.com`",
        mend: |t| t.strip_suffix(".amazonaws.com").map(str::to_owned),
    },
    Format { field: "ct.region", holds: is_region, looks: "regions look like `us-east-1`", mend: |_| None },
];

/// `us-east-1`, `us-gov-west-1`; some global events have `aws-global` or nothing like it, so
/// only what is nearly a region but not quite counts as wrong.
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let Some((last, before)) = parts.split_last() else { return true };
    let Some(first) = before.first() else { return true };
    let letters = |p: &str| !p.is_empty() && p.chars().all(|c| c.is_ascii_lowercase());
    let looks_meant = first.eq_ignore_ascii_case("us")
        || first.eq_ignore_ascii_case("eu")
        || first.eq_ignore_ascii_case("ap");
    !looks_meant
        || (before.len() >= 2
            && before.iter().all(|p| letters(p))
            && last.len() == 1
            && last.chars().all(|c| c.is_ascii_digit()))
}

/// Why a text is neither an address nor the name of a host.
fn no_host(text: &str) -> Option<String> {
    if text.parse::<ipnet::IpNet>().is_ok() {
        return Some(format!("this is a network; an address lies in one: `inside {text}`"));
    }
    let numbers = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    numbers.then(|| "it is no IP address, and host names are not made of numbers alone".to_owned())
}

impl<'a> Lower<'_, 'a> {
    /// Warns where a comparison with constants can never be true (or, for `!=`, false).
    pub(super) fn check_possible(&mut self, left: &Typed<'a>, op: CompareOp, right: &Term, span: Span) {
        if !matches!(op, CompareOp::Eq | CompareOp::Ne | CompareOp::In | CompareOp::Intersects) {
            return;
        }
        let Some(field) = left.field else { return };
        if *item_type(&left.ty) == Type::Dynamic && field.values.is_empty() {
            return;
        }
        let Some(text) = const_text(right) else { return };
        if !field.values.is_empty() && !field.values.iter().any(|v| v == text) {
            let near = nearest(text, field.values.iter().map(SmolStr::as_str)).map(str::to_owned);
            let some = field.values.iter().take(6).map(|v| format!("`{v}`")).collect::<Vec<_>>().join(", ");
            let more = if field.values.len() > 6 { ", …" } else { "" };
            self.impossible(&field.name, text, near, &format!("its values are {some}{more}"), span);
            return;
        }
        if *item_type(&left.ty) == Type::Host
            && let Some(why) = no_host(text)
        {
            self.impossible(&field.name, text, None, &why, span);
            return;
        }
        // What reads a field is told so elsewhere.
        if self.is_field_name(text) {
            return;
        }
        let format = FORMATS.iter().find(|f| f.field == field.name && self.record.name == "cloudtrail");
        if let Some(format) = format
            && text.contains('*')
        {
            let why =
                format!("`=` and `in` compare the whole text; write `{} glob \"{text}\"`", format.field);
            self.impossible(&field.name, text, None, &why, span);
        } else if let Some(format) = format
            && !(format.holds)(text)
        {
            self.impossible(&field.name, text, (format.mend)(text), format.looks, span);
        }
    }

    fn impossible(&mut self, field: &str, text: &str, mend: Option<String>, why: &str, span: Span) {
        let alone = self.sh.sources.text(span).trim_matches(['"', '\'']) == text;
        let mut d = Diagnostic::new(Code::NeverTrue, span, format!("`{field}` is never `{text}`")).help(why);
        match (mend, alone) {
            (Some(mend), true) => d = d.did_you_mean(Some(&mend)),
            (Some(mend), false) => d = d.label(format!("did you mean `{mend}`?")),
            (None, _) => {}
        }
        self.report(d);
    }
}

/// The values that a condition leaves possible for one field: anything, or one of these.
#[derive(Debug, Clone, PartialEq)]
enum Possible {
    Anything,
    OneOf(Vec<SmolStr>),
}

/// Warnings about the whole of a checked condition.
pub(crate) fn contradictions(expr: &Expr, out: &mut Vec<Diagnostic>, name_span: Span, rule: &str) {
    if matches!(expr, Expr::Const(false)) {
        out.push(Diagnostic::new(
            Code::NeverTrue,
            name_span,
            format!("the condition of `{rule}` is never true"),
        ));
        return;
    }
    let before = out.len();
    clashes(expr, out);
    if out.len() > before {
        return;
    }
    let mut fields = Vec::new();
    dispatch_fields(expr, &mut fields);
    for field in fields {
        if possible(expr, &field) == Possible::OneOf(Vec::new()) {
            out.push(
                Diagnostic::new(
                    Code::UnreachableRule,
                    name_span,
                    format!("no `{field}` satisfies the condition of `{rule}`"),
                )
                .help(
                    "parts of the condition ask for different values; `or` may be meant where `and` stands",
                ),
            );
            return;
        }
    }
}

/// `a = x and a = y` within one conjunction.
fn clashes(expr: &Expr, out: &mut Vec<Diagnostic>) {
    match expr {
        Expr::All(list) => {
            let mut seen: Vec<(&SmolStr, Vec<SmolStr>, Span)> = Vec::new();
            for e in list {
                let Some((name, values, span)) = demand(e) else { continue };
                match seen.iter_mut().find(|(n, ..)| *n == name) {
                    None => seen.push((name, values, span)),
                    Some(first) => {
                        let both: Vec<SmolStr> =
                            first.1.iter().filter(|v| values.contains(v)).cloned().collect();
                        if both.is_empty() {
                            out.push(
                                Diagnostic::new(
                                    Code::NeverTrue,
                                    span,
                                    format!("`{name}` cannot satisfy both comparisons at once"),
                                )
                                .also(first.2, "this asks for another value")
                                .help("`or` may be meant where `and` stands"),
                            );
                            return;
                        }
                        first.1 = both;
                    }
                }
            }
            list.iter().for_each(|e| clashes(e, out));
        }
        Expr::Any(list) => list.iter().for_each(|e| clashes(e, out)),
        Expr::Not(inner) => clashes(inner, out),
        Expr::Quant(q) => clashes(&q.body, out),
        Expr::Const(_) | Expr::Atom(_) => {}
    }
}

/// The values that an atom asks a single-valued field to have.
fn demand(expr: &Expr) -> Option<(&SmolStr, Vec<SmolStr>, Span)> {
    let Expr::Atom(atom) = expr else { return None };
    let text = |v: &Value<'_>| match v {
        Value::Str(s) => Some(SmolStr::new(s)),
        Value::Int(i) => Some(SmolStr::from(i.to_string())),
        Value::Bool(b) => Some(SmolStr::from(b.to_string())),
        _ => None,
    };
    let (left, values) = match &atom.test {
        AtomTest::Compare { left, op: CompareOp::Eq, right: Term::Const(value) } => {
            (left, vec![text(value)?])
        }
        AtomTest::In { left, set: Set::Const(set) } => {
            (left, set.items.iter().map(text).collect::<Option<Vec<_>>>()?)
        }
        _ => return None,
    };
    match left {
        Term::Field(used)
            if !matches!(used.ty, Type::List(_) | Type::Dynamic | Type::Host | Type::Ip | Type::Cidr) =>
        {
            Some((&used.name, values, atom.span))
        }
        _ => None,
    }
}

fn dispatch_fields(expr: &Expr, out: &mut Vec<SmolStr>) {
    match expr {
        Expr::All(list) | Expr::Any(list) => list.iter().for_each(|e| dispatch_fields(e, out)),
        Expr::Not(inner) => dispatch_fields(inner, out),
        Expr::Quant(q) => dispatch_fields(&q.body, out),
        Expr::Atom(atom) => {
            if let AtomTest::Compare { left: Term::Field(used), .. }
            | AtomTest::In { left: Term::Field(used), .. } = &atom.test
                && used.dispatch
                && !out.contains(&used.name)
            {
                out.push(used.name.clone());
            }
        }
        Expr::Const(_) => {}
    }
}

/// What `expr` leaves possible for `field`. Errs on the side of *anything*.
fn possible(expr: &Expr, field: &str) -> Possible {
    match expr {
        Expr::Const(false) => Possible::OneOf(Vec::new()),
        Expr::Const(true) | Expr::Not(_) | Expr::Quant(_) => Possible::Anything,
        Expr::Atom(_) => match demand(expr) {
            Some((name, values, _)) if name == field => Possible::OneOf(values),
            _ => Possible::Anything,
        },
        Expr::All(list) => {
            list.iter().fold(Possible::Anything, |so_far, e| match (so_far, possible(e, field)) {
                (Possible::Anything, p) | (p, Possible::Anything) => p,
                (Possible::OneOf(a), Possible::OneOf(b)) => {
                    Possible::OneOf(a.into_iter().filter(|v| b.contains(v)).collect())
                }
            })
        }
        Expr::Any(list) => {
            let mut union = Vec::new();
            for e in list {
                match possible(e, field) {
                    Possible::Anything => return Possible::Anything,
                    Possible::OneOf(values) => union.extend(values),
                }
            }
            Possible::OneOf(union)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_region;

    #[test]
    fn only_what_is_nearly_a_region_counts_as_wrong() {
        for fine in
            ["us-east-1", "us-gov-west-1", "eu-isoe-west-1", "aws-global", "cn-north-1", "mx-central-1", "x"]
        {
            assert!(is_region(fine), "{fine}");
        }
        for wrong in ["us-east1", "US-EAST-1", "eu-west", "ap-northeast-1a"] {
            assert!(!is_region(wrong), "{wrong}");
        }
    }
}
