//! What a rule reads: the fields and contexts in its condition, message and fix.

use std::collections::BTreeSet;

use eyas_lang::checked::{Aggregate, Atom, AtomTest, Expr, Rule, Set, Template, TemplatePart, Term};

/// The fields, as the rule writes them, sorted.
pub(crate) fn fields(rule: &Rule) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for expr in rule.scope.iter().chain([&rule.when]).chain(rule.severity.cases.iter().map(|(_, e)| e)) {
        from_expr(expr, &mut out);
    }
    for program in rule.lets.iter().map(|l| &l.cel) {
        program.reads.iter().for_each(|(_, term)| from_term(term, &mut out));
    }
    for template in [Some(&rule.message), rule.fix.as_ref()].into_iter().flatten() {
        from_template(template, &mut out);
    }
    out
}

fn from_expr(expr: &Expr, out: &mut BTreeSet<String>) {
    match expr {
        Expr::Const(_) => {}
        Expr::All(parts) | Expr::Any(parts) => parts.iter().for_each(|p| from_expr(p, out)),
        Expr::Not(inner) => from_expr(inner, out),
        Expr::Atom(atom) => from_atom(atom, out),
        Expr::Quant(quant) => {
            from_term(&quant.list, out);
            from_expr(&quant.body, out);
        }
    }
}

fn from_atom(atom: &Atom, out: &mut BTreeSet<String>) {
    match &atom.test {
        AtomTest::Exists(term) | AtomTest::True(term) | AtomTest::Regex { left: term, .. } => {
            from_term(term, out)
        }
        AtomTest::RefersTo { left, target, .. } => {
            from_term(left, out);
            from_term(target, out);
        }
        AtomTest::Compare { left, right, .. } => {
            from_term(left, out);
            from_term(right, out);
        }
        AtomTest::Text { left, right, .. } => {
            from_term(left, out);
            right.iter().for_each(|t| from_term(t, out));
        }
        AtomTest::In { left, set }
        | AtomTest::Intersects { left, set }
        | AtomTest::PathPrefix { left, set }
        | AtomTest::Net { left, set, .. } => {
            from_term(left, out);
            if let Set::Term(term) = set {
                from_term(term, out);
            }
        }
    }
}

fn from_term(term: &Term, out: &mut BTreeSet<String>) {
    match term {
        Term::Field(field) => drop(out.insert(field.name.to_string())),
        Term::Context(name) => drop(out.insert(name.to_string())),
        Term::Call { args, .. } => args.iter().for_each(|t| from_term(t, out)),
        Term::Project { base, .. } => from_term(base, out),
        Term::List(items) => items.iter().for_each(|t| from_term(t, out)),
        _ => {}
    }
}

fn from_template(template: &Template, out: &mut BTreeSet<String>) {
    for part in &template.parts {
        match part {
            TemplatePart::Text(_) | TemplatePart::Aggregate(Aggregate::Count) => {}
            TemplatePart::Value(term)
            | TemplatePart::Step(_, term)
            | TemplatePart::Aggregate(Aggregate::Distinct(term)) => from_term(term, out),
            TemplatePart::Cel(program) => program.reads.iter().for_each(|(_, t)| from_term(t, out)),
        }
    }
}
