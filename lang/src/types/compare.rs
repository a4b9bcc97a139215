//! Comparisons, told apart by what they compare.

use smol_str::SmolStr;

use super::Type;
use super::expr::{all, any, atom};
use super::fields::describe;
use super::habits::null_word;
use super::lists::SetUse;
use super::literal;
use super::lower::{Lower, Typed};
use super::scope::Scope;
use crate::checked::{AtomTest, Expr, Set, Term};
use crate::diagnostics::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{CompareOp, Modifier, Operand, OperandKind, Spanned};
use crate::value::Value;

/// Operators that work alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Equal,
    Order,
    Text,
    Regex,
    Member,
    Path,
    Network,
    Reference,
}

fn family(op: CompareOp) -> Family {
    use CompareOp::*;
    match op {
        Eq | Ne => Family::Equal,
        Lt | Le | Gt | Ge => Family::Order,
        Contains | IContains | BContains | StartsWith | IStartsWith | BStartsWith | EndsWith | IEndsWith
        | Glob | IGlob => Family::Text,
        Regex | Matches => Family::Regex,
        In | Intersects => Family::Member,
        PMatch => Family::Path,
        Inside | Covers => Family::Network,
        RefersTo => Family::Reference,
    }
}

/// The type of one item of a value that may be a list.
pub(crate) fn item_type(ty: &Type) -> &Type {
    match ty {
        Type::List(item) => item_type(item),
        other => other,
    }
}

impl<'a> Lower<'_, 'a> {
    /// `left op right`. `None` after a report.
    pub(super) fn compare(
        &mut self,
        left: &Operand,
        op: &Spanned<CompareOp>,
        modifier: Option<&Spanned<Modifier>>,
        right: &Operand,
        span: Span,
        scope: &Scope<'_>,
    ) -> Option<Expr> {
        let typed = self.read(left, scope)?;
        self.check_operator(&typed, op, left)?;
        if op.node == CompareOp::Ne && null_word(right).is_none() {
            self.warn_absent(&typed, left, right, op);
        }
        if let Some(modifier) = modifier {
            let every = modifier.node == Modifier::AllOf;
            return self.compare_with_each(typed, op, every, right, span, scope);
        }
        match family(op.node) {
            Family::Equal | Family::Order => {
                self.warn_words(left, op.node, right);
                let right_typed = self.value(right, &typed.ty, scope)?;
                self.check_possible(&typed, op.node, &right_typed.term, right.span);
                let test = AtomTest::Compare { left: typed.term, op: op.node, right: right_typed.term };
                Some(atom(test, span))
            }
            Family::Text => {
                let right = self.text_value(op.node, right, scope)?;
                Some(atom(
                    AtomTest::Text { left: typed.term, op: op.node, right: vec![right], all: false },
                    span,
                ))
            }
            Family::Regex => self.regex(typed.term, op.node, right, span, scope),
            Family::Member | Family::Path | Family::Network => {
                self.in_set(typed, op.node, right, span, scope)
            }
            Family::Reference => self.refers_to(typed, right, span, scope),
        }
    }

    /// Whether the operator works on values of the left side's type.
    fn check_operator(&mut self, typed: &Typed<'a>, op: &Spanned<CompareOp>, left: &Operand) -> Option<()> {
        let ty = item_type(&typed.ty);
        let (fits, wants) = match family(op.node) {
            Family::Equal | Family::Member => (!matches!(ty, Type::Record(_)), "a value, not a record"),
            Family::Order => (
                matches!(
                    ty,
                    Type::Int | Type::Float | Type::Time | Type::Duration | Type::Size | Type::Dynamic
                ),
                "a number, time, duration or size",
            ),
            Family::Text | Family::Regex | Family::Path | Family::Reference => {
                (matches!(ty, Type::String | Type::Host | Type::Ip | Type::Cidr | Type::Dynamic), "text")
            }
            Family::Network => (
                matches!(ty, Type::Ip | Type::Cidr | Type::Host | Type::String | Type::Dynamic),
                "an address or a network",
            ),
        };
        if fits {
            return Some(());
        }
        let operator = self.sh.sources.text(op.span).to_owned();
        let written = self.sh.sources.text(left.span).to_owned();
        let what = describe(&typed.ty);
        let help = match (family(op.node), ty) {
            (_, Type::Record(_)) => "compare one of its members".to_owned(),
            (Family::Order, Type::String) => format!("convert it first, or use `=`: `{written}` is text"),
            (Family::Text | Family::Regex, _) => "use `=`, `<` or `in` for it".to_owned(),
            _ => "see the table of operators in the language reference".to_owned(),
        };
        self.report(
            Diagnostic::new(
                Code::OperatorType,
                op.span,
                format!("`{operator}` needs {wants}, and `{written}` is {what}"),
            )
            .help(help),
        );
        None
    }

    /// `!=` is false over what is absent, which surprises.
    fn warn_absent(&mut self, typed: &Typed<'a>, left: &Operand, right: &Operand, op: &Spanned<CompareOp>) {
        let optional = match &typed.term {
            Term::Field(_) | Term::Var { .. } => typed.optional,
            _ => false,
        };
        let written = self.sh.sources.text(left.span);
        if !optional || self.present.iter().any(|p| p == written) {
            return;
        }
        let mend = format!("not {written} = {}", self.sh.sources.text(right.span));
        let mut d = Diagnostic::new(
            Code::NotEqualAbsent,
            left.span.to(op.span),
            format!("`!=` is false where `{written}` is absent"),
        )
        .help(format!("write `{mend}` to include absent, or add `{written} exists and`"));
        if left.span.file == right.span.file && !written.is_empty() {
            d.suggestion =
                Some(crate::diagnostics::Suggestion { span: left.span.to(right.span), replacement: mend });
        }
        self.report(d);
    }

    /// `op oneof (…)`, `op allof (…)`
    fn compare_with_each(
        &mut self,
        left: Typed<'a>,
        op: &Spanned<CompareOp>,
        every: bool,
        right: &Operand,
        span: Span,
        scope: &Scope<'_>,
    ) -> Option<Expr> {
        let item = item_type(&left.ty).clone();
        let fam = family(op.node);
        let textual =
            fam == Family::Text || (fam == Family::Equal && matches!(item, Type::String | Type::Host));
        let set_use = match fam {
            Family::Text | Family::Regex | Family::Path => SetUse::Text,
            Family::Equal if textual => SetUse::Text,
            Family::Network => SetUse::Network,
            _ => SetUse::Member,
        };
        let set = self.set(right, &item, set_use, scope)?;
        let terms: Vec<Term> = match set {
            Set::Const(set) => set.items.iter().cloned().map(Term::Const).collect(),
            Set::Term(Term::List(terms)) => terms,
            Set::Term(term) => vec![term],
        };
        if textual {
            let right = terms
                .into_iter()
                .map(|t| self.text_term(op.node, t, right.span))
                .collect::<Option<Vec<_>>>()?;
            return Some(atom(AtomTest::Text { left: left.term, op: op.node, right, all: every }, span));
        }
        let mut each = Vec::with_capacity(terms.len());
        for term in terms {
            let one = left.term.clone();
            each.push(match fam {
                Family::Regex => self.regex_of_term(one, op.node, &term, span, right.span)?,
                Family::Equal | Family::Order => {
                    atom(AtomTest::Compare { left: one, op: op.node, right: term }, span)
                }
                _ => {
                    let set = match term {
                        Term::Const(value) => Set::Const(std::sync::Arc::new(crate::checked::ConstSet {
                            items: vec![value],
                            name: None,
                        })),
                        term => Set::Term(term),
                    };
                    atom(set_test(op.node, one, set), span)
                }
            });
        }
        Some(if every { all(each) } else { any(each) })
    }

    /// The right side of a text operator.
    fn text_value(&mut self, op: CompareOp, right: &Operand, scope: &Scope<'_>) -> Option<Term> {
        let typed = self.value(right, &Type::String, scope)?;
        self.text_term(op, typed.term, right.span)
    }

    /// For the `b…` operators hexadecimal digits stand for the text.
    fn text_term(&mut self, op: CompareOp, term: Term, span: Span) -> Option<Term> {
        if !matches!(op, CompareOp::BContains | CompareOp::BStartsWith) {
            return Some(term);
        }
        let bytes = match &term {
            Term::Const(Value::Str(text)) => literal::hex(text),
            _ => None,
        };
        match bytes.map(String::from_utf8) {
            Some(Ok(text)) => Some(Term::Const(Value::Str(text.into()))),
            Some(Err(_)) => {
                self.report(
                    Diagnostic::new(Code::BadLiteral, span, "these bytes are not UTF-8 text")
                        .help("records hold text; bytes that are no text never occur in them"),
                );
                None
            }
            None => {
                let written = self.sh.sources.text(span).to_owned();
                self.report(
                    Diagnostic::new(
                        Code::BadLiteral,
                        span,
                        format!("`{written}` is not a string of hex digits"),
                    )
                    .help("write two digits for each byte, such as `48656c6c6f`"),
                );
                None
            }
        }
    }

    fn regex(
        &mut self,
        left: Term,
        op: CompareOp,
        right: &Operand,
        span: Span,
        scope: &Scope<'_>,
    ) -> Option<Expr> {
        if let OperandKind::Regex(source) = &right.kind {
            return self.regex_atom(left, op, source, span, right.span);
        }
        if matches!(right.kind, OperandKind::Call { .. } | OperandKind::Project { .. }) {
            return self.regex_not_known(right.span);
        }
        let typed = self.value(right, &Type::String, scope)?;
        self.regex_of_term(left, op, &typed.term, span, right.span)
    }

    fn regex_of_term(
        &mut self,
        left: Term,
        op: CompareOp,
        term: &Term,
        span: Span,
        at: Span,
    ) -> Option<Expr> {
        let Term::Const(Value::Str(source)) = term else { return self.regex_not_known(at) };
        self.regex_atom(left, op, source, span, at)
    }

    fn regex_not_known<T>(&mut self, at: Span) -> Option<T> {
        self.report(
            Diagnostic::new(Code::BadRegex, at, "a regular expression must be known when rules are loaded")
                .help("write it in quotes, or as `/…/` behind `matches`"),
        );
        None
    }

    fn regex_atom(&mut self, left: Term, op: CompareOp, source: &str, span: Span, at: Span) -> Option<Expr> {
        let whole = op == CompareOp::Regex;
        match self.sh.regex(source, whole) {
            Ok(regex) => {
                Some(atom(AtomTest::Regex { left, regex, source: SmolStr::new(source), whole }, span))
            }
            Err(error) => {
                let d = bad_regex(source, &error, at, self.sh.sources.text(at));
                self.report(d);
                None
            }
        }
    }

    fn in_set(
        &mut self,
        left: Typed<'a>,
        op: CompareOp,
        right: &Operand,
        span: Span,
        scope: &Scope<'_>,
    ) -> Option<Expr> {
        let set_use = match family(op) {
            Family::Network => SetUse::Network,
            Family::Path => SetUse::Text,
            _ => SetUse::Member,
        };
        // `pmatch /etc` and `inside "10.0.0.0/8"` with a single value are fine too.
        let single = match (&right.kind, set_use) {
            (OperandKind::Text(_), SetUse::Network | SetUse::Text) => Some(vec![right.clone()]),
            (OperandKind::Word(w), SetUse::Network | SetUse::Text) if w.contains('/') => {
                Some(vec![right.clone()])
            }
            _ => None,
        };
        let wrapped = single.map(|items| Operand { kind: OperandKind::List(items), span: right.span });
        let item = item_type(&left.ty).clone();
        let set = self.set(wrapped.as_ref().unwrap_or(right), &item, set_use, scope)?;
        if let (Set::Const(set), Family::Member) = (&set, family(op)) {
            for value in &set.items {
                let span = place_of(value, right);
                self.check_possible(&left, op, &Term::Const(value.clone()), span);
            }
        }
        Some(atom(set_test(op, left.term, set), span))
    }
}

/// Where an item of a list that is written out stands, else the list.
fn place_of(value: &Value<'_>, list: &Operand) -> Span {
    let (OperandKind::List(items), Value::Str(text)) = (&list.kind, value) else { return list.span };
    let is_it = |o: &&Operand| match &o.kind {
        OperandKind::Text(t) => t == text,
        OperandKind::Word(w) => w.as_str() == text.as_ref(),
        _ => false,
    };
    items.iter().find(is_it).map_or(list.span, |o| o.span)
}

fn set_test(op: CompareOp, left: Term, set: Set) -> AtomTest {
    match op {
        CompareOp::Intersects => AtomTest::Intersects { left, set },
        CompareOp::PMatch => AtomTest::PathPrefix { left, set },
        CompareOp::Inside => AtomTest::Net { left, set, reverse: false },
        CompareOp::Covers => AtomTest::Net { left, set, reverse: true },
        _ => AtomTest::In { left, set },
    }
}

/// What is wrong with a regular expression, in the words of its parser, at its place where the
/// text stands in the file as it is.
pub(crate) fn bad_regex(source: &str, error: &regex::Error, at: Span, written: &str) -> Diagnostic {
    let mut span = at;
    let reason = match error {
        regex::Error::CompiledTooBig(_) => "it is too big once compiled".to_owned(),
        other => {
            // The last line of the report says what is wrong, a line of carets says where.
            let text = other.to_string();
            let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            let carets =
                text.lines().find(|l| l.trim_start().starts_with('^') && l.trim().chars().all(|c| c == '^'));
            if let (Some(carets), Some(places)) = (carets, places(source, written)) {
                let start = carets.len() - carets.trim_start().len();
                let start = start.saturating_sub(4);
                let end = start + carets.trim().len().max(1);
                let place = |n: usize| places.get(n).or(places.last()).copied().unwrap_or(0);
                let from = at.start as usize;
                span = Span::new(at.file, from + place(start), from + place(end).max(place(start)));
            }
            reason
        }
    };
    Diagnostic::new(Code::BadRegex, span, "this regular expression cannot be compiled").label(reason).help(
        "the syntax is that of Rust's regex crate: no look-around, no back-references, so that matching is linear",
    )
}

/// Where each character of a regular expression stands in the text it was written as, and
/// where it ends: between slashes or quotes, a slash in it written `\/`.
fn places(source: &str, written: &str) -> Option<Vec<usize>> {
    if source.contains('\n') {
        return None;
    }
    let mut out = Vec::new();
    let mut rest = written.char_indices().peekable();
    let (_, quote) = rest.next()?;
    for wanted in source.chars() {
        let (mut at, mut found) = rest.next()?;
        if found == '\\' && quote == '/' && wanted == '/' {
            (at, found) = rest.next()?;
        }
        if found != wanted {
            return None;
        }
        out.push(at);
    }
    out.push(rest.next()?.0);
    Some(out)
}

/// The text of a constant, where it is text.
pub(crate) fn const_text(term: &Term) -> Option<&str> {
    match term {
        Term::Const(Value::Str(text)) => Some(text),
        _ => None,
    }
}
