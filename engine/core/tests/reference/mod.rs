//! A deliberately simple evaluator: checked rules over records that are plain trees, straight
//! from the language reference. No plan, no sharing, no look-up, no borrowing.

use eyas_engine::finding::Outcome;
use eyas_lang::catalog::{Extract, Plane, Step};
use eyas_lang::checked::{AtomTest, CompareOp, Expr, Quant, QuantKind, Rule, Set, Severity, Term};
use eyas_lang::types::Type;
use eyas_lang::value::{Fetched, Tree, TreeKind, Value};
use ipnet::IpNet;

/// A value: `None` inside is unknown, no value at all is absent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Val {
    Absent,
    Unknown,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    Net(IpNet, bool),
    List(Vec<Val>),
    Map(Vec<(String, Val)>),
}

/// `None` is unknown.
pub(crate) type Truth = Option<bool>;

pub(crate) struct Reference<'a> {
    record: &'a Tree,
    vars: Vec<Val>,
}

fn not(t: Truth) -> Truth {
    t.map(|b| !b)
}

fn and(each: impl IntoIterator<Item = Truth>) -> Truth {
    let each: Vec<Truth> = each.into_iter().collect();
    if each.contains(&Some(false)) {
        Some(false)
    } else if each.contains(&None) {
        None
    } else {
        Some(true)
    }
}

fn or(each: impl IntoIterator<Item = Truth>) -> Truth {
    not(and(each.into_iter().map(not)))
}

pub(crate) fn of_tree(tree: &Tree) -> Val {
    match &tree.kind {
        TreeKind::Null => Val::Absent,
        TreeKind::Bool(b) => Val::Bool(*b),
        TreeKind::Int(i) => Val::Int(*i),
        TreeKind::Float(f) => Val::Float(*f),
        TreeKind::Str(s) => Val::Text(s.to_string()),
        TreeKind::List(items) => Val::List(items.iter().map(of_tree).collect()),
        TreeKind::Map(members) => {
            Val::Map(members.iter().map(|(k, v)| (k.to_string(), of_tree(v))).collect())
        }
        TreeKind::Unknown(_) => Val::Unknown,
    }
}

fn member(value: &Val, key: &str) -> Val {
    match value {
        Val::Map(members) => {
            members.iter().rev().find(|(k, _)| k == key).map_or(Val::Absent, |(_, v)| v.clone())
        }
        Val::Unknown => Val::Unknown,
        _ => Val::Absent,
    }
}

fn step(value: &Val, step: &Step) -> Val {
    match (value, step) {
        (Val::Unknown, _) => Val::Unknown,
        (Val::List(items), Step::Key(key)) => {
            let mut out = Vec::new();
            for item in items {
                let inner = match item {
                    inner @ Val::List(_) => self::items(inner),
                    other => vec![other.clone()],
                };
                for one in inner {
                    match member(&one, key) {
                        Val::Absent => {}
                        more @ Val::List(_) => out.extend(self::items(&more)),
                        found => out.push(found),
                    }
                }
            }
            Val::List(out)
        }
        (Val::List(items), Step::Index(i)) => items.get(*i as usize).cloned().unwrap_or(Val::Absent),
        (value, Step::Key(key)) => member(value, key),
        (value, Step::Index(i)) => member(value, &i.to_string()),
    }
}

fn walk(value: &Val, path: &[Step]) -> Val {
    path.iter().fold(value.clone(), |at, one| step(&at, one))
}

/// A value as JSON text.
fn json(value: &Val) -> String {
    match value {
        Val::Absent | Val::Unknown => "null".into(),
        Val::Bool(b) => b.to_string(),
        Val::Int(i) => i.to_string(),
        Val::Float(f) => serde_json::to_string(f).unwrap(),
        Val::Text(s) => serde_json::to_string(s).unwrap(),
        Val::Net(..) => unreachable!("networks are no part of records"),
        Val::List(items) => format!("[{}]", items.iter().map(json).collect::<Vec<_>>().join(",")),
        Val::Map(members) => {
            let each =
                members.iter().map(|(k, v)| format!("{}:{}", serde_json::to_string(k).unwrap(), json(v)));
            format!("{{{}}}", each.collect::<Vec<_>>().join(","))
        }
    }
}

/// A map with something unknown in it is not known as a whole.
fn settled(value: &Val) -> Val {
    fn open(value: &Val) -> bool {
        match value {
            Val::Unknown => true,
            Val::List(items) => items.iter().any(open),
            Val::Map(members) => members.iter().any(|(_, value)| open(value)),
            _ => false,
        }
    }
    if matches!(value, Val::Map(_)) && open(value) { Val::Unknown } else { value.clone() }
}

pub(crate) fn text(value: &Val) -> String {
    match value {
        Val::Text(s) => s.clone(),
        Val::Net(net, true) => net.addr().to_string(),
        Val::Net(net, false) => net.to_string(),
        other => json(other),
    }
}

fn coerce(value: Val, ty: &Type) -> Val {
    match (ty, value) {
        (_, v @ (Val::Absent | Val::Unknown)) => v,
        (Type::Dynamic | Type::Record(_), v) => v,
        (Type::List(item), Val::List(items)) => {
            Val::List(items.into_iter().map(|i| coerce(i, item)).collect())
        }
        (Type::List(item), v) => coerce(v, item),
        (ty, Val::List(items)) => Val::List(items.into_iter().map(|i| coerce(i, ty)).collect()),
        (Type::String | Type::Host, v) if settled(&v) == Val::Unknown => v,
        (Type::String | Type::Host, v) => Val::Text(text(&v)),
        (Type::Int, Val::Text(s)) => number(&s).unwrap_or(Val::Text(s)),
        (Type::Int, Val::Float(f)) if f.trunc() == f => Val::Int(f as i64),
        (Type::Bool, Val::Text(s)) => match s.to_lowercase().as_str() {
            "true" => Val::Bool(true),
            "false" => Val::Bool(false),
            _ => Val::Text(s),
        },
        (_, v) => v,
    }
}

fn number(s: &str) -> Option<Val> {
    let s = s.trim();
    let digits = s.chars().all(|c| c.is_ascii_digit() || "+-.eE".contains(c));
    s.parse().ok().map(Val::Int).or_else(|| s.parse().ok().filter(|_| digits).map(Val::Float))
}

fn constant(value: &Value<'_>) -> Val {
    match value {
        Value::Bool(b) => Val::Bool(*b),
        Value::Int(i) => Val::Int(*i),
        Value::Float(f) => Val::Float(*f),
        Value::Str(s) => Val::Text(s.to_string()),
        Value::Ip(ip) => Val::Net(IpNet::from(*ip), true),
        Value::Net(net) => Val::Net(net.trunc(), false),
        Value::List(items) => Val::List(
            items
                .iter()
                .map(|i| match i {
                    Fetched::Present(v) => constant(v),
                    Fetched::Absent => Val::Absent,
                    Fetched::Unknown(_) => Val::Unknown,
                })
                .collect(),
        ),
        other => panic!("the generator makes no {other:?}"),
    }
}

fn as_net(value: &Val) -> Option<(IpNet, bool)> {
    match value {
        Val::Net(net, address) => Some((*net, *address)),
        Val::Text(s) => match (s.trim().parse::<IpNet>(), s.trim().parse::<std::net::IpAddr>()) {
            (Ok(net), _) => Some((net.trunc(), false)),
            (_, Ok(ip)) => Some((IpNet::from(ip), true)),
            _ => None,
        },
        _ => None,
    }
}

fn as_f64(value: &Val) -> Option<f64> {
    match value {
        Val::Int(i) => Some(*i as f64),
        Val::Float(f) => Some(*f),
        Val::Text(s) => number(s).and_then(|n| as_f64(&n)),
        _ => None,
    }
}

/// Two single values; `None` where their types do not go together.
fn same(left: &Val, right: &Val) -> Option<bool> {
    match (left, right) {
        (_, Val::Net(..)) | (Val::Net(..), _) => Some(as_net(left)?.0 == as_net(right)?.0),
        (left, Val::Text(r)) => Some(text(left) == *r),
        (Val::Text(l), Val::Bool(r)) => match l.to_lowercase().as_str() {
            "true" => Some(*r),
            "false" => Some(!*r),
            _ => None,
        },
        (Val::Bool(l), Val::Bool(r)) => Some(l == r),
        (left, Val::Int(_) | Val::Float(_)) => Some(as_f64(left)? == as_f64(right)?),
        (left, Val::Map(_) | Val::List(_)) if !matches!(left, Val::Bool(_) | Val::Int(_) | Val::Float(_)) => {
            Some(text(left) == text(right))
        }
        _ => None,
    }
}

fn less(left: &Val, right: &Val) -> Option<std::cmp::Ordering> {
    match (left, right) {
        (Val::Text(l), Val::Text(r)) => Some(l.cmp(r)),
        (Val::Bool(l), Val::Bool(r)) => Some(l.cmp(r)),
        _ => as_f64(left)?.partial_cmp(&as_f64(right)?),
    }
}

fn compare(left: &Val, op: CompareOp, right: &Val) -> Truth {
    use std::cmp::Ordering::{Equal, Greater, Less};
    if *left == Val::Absent || *right == Val::Absent {
        return Some(false);
    }
    if *left == Val::Unknown || *right == Val::Unknown {
        return None;
    }
    let order = || less(left, right);
    Some(match op {
        CompareOp::Eq => same(left, right) == Some(true),
        CompareOp::Ne => same(left, right) == Some(false),
        CompareOp::Lt => order() == Some(Less),
        CompareOp::Le => matches!(order(), Some(Less | Equal)),
        CompareOp::Gt => order() == Some(Greater),
        CompareOp::Ge => matches!(order(), Some(Greater | Equal)),
        _ => false,
    })
}

fn text_op(op: CompareOp, text: &str, pattern: &str) -> bool {
    let (low, lowp) = (text.to_ascii_lowercase(), pattern.to_ascii_lowercase());
    match op {
        CompareOp::Eq => text == pattern,
        CompareOp::Ne => text != pattern,
        CompareOp::Contains | CompareOp::BContains => text.contains(pattern),
        CompareOp::IContains => low.contains(&lowp),
        CompareOp::StartsWith | CompareOp::BStartsWith => text.starts_with(pattern),
        CompareOp::IStartsWith => low.starts_with(&lowp),
        CompareOp::EndsWith => text.ends_with(pattern),
        CompareOp::IEndsWith => low.ends_with(&lowp),
        CompareOp::Glob => glob(&pattern.chars().collect::<Vec<_>>(), &text.chars().collect::<Vec<_>>()),
        CompareOp::IGlob => glob(&lowp.chars().collect::<Vec<_>>(), &low.chars().collect::<Vec<_>>()),
        other => panic!("the generator makes no {other:?}"),
    }
}

/// `*` and `?` only.
fn glob(pattern: &[char], text: &[char]) -> bool {
    match (pattern.first(), text.first()) {
        (None, None) => true,
        (Some('*'), _) => glob(&pattern[1..], text) || (!text.is_empty() && glob(pattern, &text[1..])),
        (Some('?'), Some(_)) => glob(&pattern[1..], &text[1..]),
        (Some(p), Some(t)) if p == t => glob(&pattern[1..], &text[1..]),
        _ => false,
    }
}

/// The items of a list, or the value itself.
fn items(value: &Val) -> Vec<Val> {
    match value {
        Val::Absent => Vec::new(),
        Val::List(items) => items.iter().filter(|v| **v != Val::Absent).cloned().collect(),
        other => vec![other.clone()],
    }
}

fn some(left: &Val, test: impl Fn(&Val) -> Truth) -> Truth {
    or(items(left).iter().map(test))
}

fn every(left: &Val, test: impl Fn(&Val) -> Truth) -> Truth {
    let items = items(left);
    if items.is_empty() { Some(false) } else { and(items.iter().map(test)) }
}

fn is_in(left: &Val, set: &Val) -> Truth {
    match (left, set) {
        (Val::Absent, _) | (_, Val::Absent) => Some(false),
        (_, Val::Unknown) => None,
        (Val::Unknown, set) => {
            if items(set).is_empty() {
                Some(false)
            } else {
                None
            }
        }
        (left, set) => or(items(set).iter().map(|item| match item {
            Val::Unknown => None,
            Val::Net(net, _) => Some(match as_net(left) {
                Some((inner, true)) => net.contains(&inner),
                Some((inner, false)) => *net == inner,
                None => false,
            }),
            item => Some(same(left, item) == Some(true)),
        })),
    }
}

fn lies_in(left: &Val, set: &Val, reverse: bool) -> Truth {
    match (left, set) {
        (Val::Absent, _) | (_, Val::Absent) => Some(false),
        (_, Val::Unknown) => None,
        (Val::Unknown, set) => {
            if items(set).is_empty() {
                Some(false)
            } else {
                None
            }
        }
        (left, set) => or(items(set).iter().map(|item| match (as_net(left), as_net(item)) {
            _ if *item == Val::Unknown => None,
            (Some((l, _)), Some((r, _))) => Some(if reverse { l.contains(&r) } else { r.contains(&l) }),
            _ => Some(false),
        })),
    }
}

impl<'a> Reference<'a> {
    pub(crate) fn new(record: &'a Tree, rule: &Rule) -> Self {
        Self { record, vars: vec![Val::Absent; rule.var_count as usize] }
    }

    pub(crate) fn outcome(&mut self, rule: &Rule) -> Outcome {
        let scope = rule.scope.as_ref().map_or(Some(true), |s| self.expr(s));
        match (scope, self.expr(&rule.when)) {
            (Some(false), _) => Outcome::NotApplicable,
            (Some(true), Some(true)) => Outcome::Violation,
            (Some(true), Some(false)) => Outcome::Pass,
            (None, Some(false)) if rule.plane != Plane::Resource => Outcome::Pass,
            _ => Outcome::Unknown,
        }
    }

    pub(crate) fn severity(&mut self, rule: &Rule) -> Severity {
        let mut could = Vec::new();
        for (level, condition) in &rule.severity.cases {
            match self.expr(condition) {
                Some(true) => {
                    could.push(*level);
                    return could.into_iter().max().unwrap();
                }
                None => could.push(*level),
                Some(false) => {}
            }
        }
        could.push(rule.severity.otherwise);
        could.into_iter().max().unwrap()
    }

    fn expr(&mut self, expr: &Expr) -> Truth {
        match expr {
            Expr::Const(b) => Some(*b),
            Expr::All(each) => and(each.iter().map(|e| self.expr(e)).collect::<Vec<_>>()),
            Expr::Any(each) => or(each.iter().map(|e| self.expr(e)).collect::<Vec<_>>()),
            Expr::Not(of) => not(self.expr(of)),
            Expr::Atom(atom) => self.atom(&atom.test),
            Expr::Quant(quant) => self.quant(quant),
        }
    }

    fn quant(&mut self, quant: &Quant) -> Truth {
        let list = self.term(&quant.list);
        if list == Val::Unknown {
            return None;
        }
        let mut each = Vec::new();
        for item in items(&list) {
            self.vars[quant.var.0 as usize] = item;
            each.push(self.expr(&quant.body));
        }
        self.vars[quant.var.0 as usize] = Val::Absent;
        match quant.kind {
            QuantKind::Any => or(each),
            QuantKind::All => and(each),
            QuantKind::No => not(or(each)),
            QuantKind::Count => {
                let (op, wanted) = quant.count.unwrap();
                let sure = each.iter().filter(|t| **t == Some(true)).count() as i64;
                let perhaps = each.iter().filter(|t| t.is_none()).count() as i64;
                let found: Vec<Truth> =
                    (sure..=sure + perhaps).map(|n| compare(&Val::Int(n), op, &Val::Int(wanted))).collect();
                if found.iter().all(|t| *t == found[0]) { found[0] } else { None }
            }
        }
    }

    fn atom(&mut self, test: &AtomTest) -> Truth {
        match test {
            AtomTest::Exists(term) => match self.term(term) {
                Val::Unknown => None,
                found => Some(!items(&found).is_empty()),
            },
            AtomTest::True(term) => some(&self.term(term), |v| match v {
                Val::Unknown => None,
                Val::Bool(b) => Some(*b),
                Val::Text(s) => Some(s.eq_ignore_ascii_case("true")),
                _ => Some(false),
            }),
            AtomTest::Compare { left, op, right } => {
                let (left, right) = (self.term(left), self.term(right));
                some(&left, |l| match &right {
                    Val::Absent => Some(false),
                    right => or(items(right).iter().map(|r| compare(l, *op, r))),
                })
            }
            AtomTest::Text { left, op, right, all } => {
                let left = self.term(left);
                let right: Vec<Val> = right.iter().map(|r| self.term(r)).collect();
                some(&left, |l| {
                    let l = &settled(l);
                    let each = right.iter().map(|r| match (l, r) {
                        (_, Val::Absent) => Some(false),
                        (Val::Unknown, _) | (_, Val::Unknown) => None,
                        (l, Val::List(items)) => {
                            or(items.iter().map(|r| Some(text_op(*op, &text(l), &text(r)))))
                        }
                        (l, r) => Some(text_op(*op, &text(l), &text(r))),
                    });
                    if *all { and(each) } else { or(each) }
                })
            }
            AtomTest::Regex { left, source, whole, .. } => some(&self.term(left), |l| match &settled(l) {
                Val::Unknown => None,
                l => {
                    let source = if *whole { format!("^(?:{source})$") } else { source.to_string() };
                    Some(regex::Regex::new(&source).unwrap().is_match(&text(l)))
                }
            }),
            AtomTest::In { left, set } => {
                let (left, set) = (self.term(left), self.set(set));
                every(&left, |l| is_in(l, &set))
            }
            AtomTest::Intersects { left, set } => {
                let (left, set) = (self.term(left), self.set(set));
                some(&left, |l| is_in(l, &set))
            }
            AtomTest::Net { left, set, reverse } => {
                let (left, set) = (self.term(left), self.set(set));
                some(&left, |l| lies_in(l, &set, *reverse))
            }
            AtomTest::PathPrefix { .. } => panic!("the generator makes no pmatch"),
            AtomTest::RefersTo { .. } => panic!("the generator makes no refers_to"),
        }
    }

    fn set(&mut self, set: &Set) -> Val {
        match set {
            Set::Const(set) => Val::List(set.items.iter().map(constant).collect()),
            Set::Term(term) => self.term(term),
        }
    }

    fn term(&mut self, term: &Term) -> Val {
        match term {
            Term::Const(value) => constant(value),
            Term::Field(field) => coerce(walk(&self.extract(&field.at), &field.path), &field.ty),
            Term::Var { var, path, ty, .. } => coerce(walk(&self.vars[var.0 as usize], path), ty),
            Term::Call { function, args, .. } => {
                let args: Vec<Val> = args.iter().map(|a| self.term(a)).collect();
                if args.contains(&Val::Absent) {
                    return Val::Absent;
                }
                if args.contains(&Val::Unknown) {
                    return Val::Unknown;
                }
                call(function.name, &args)
            }
            Term::List(items) => Val::List(items.iter().map(|i| self.term(i)).collect()),
            Term::Context(_) | Term::Unknown(_) => Val::Unknown,
            other => panic!("the generator makes no {other:?}"),
        }
    }

    fn extract(&self, at: &Extract) -> Val {
        let texts = |at: &Extract| match self.extract(at) {
            v @ (Val::Absent | Val::Unknown) => v,
            v if settled(&v) == Val::Unknown => Val::Unknown,
            v => Val::Text(text(&v)),
        };
        match at {
            Extract::Path(path) => walk(&of_tree(self.record), path),
            Extract::Text(t) => Val::Text(t.to_string()),
            Extract::First(each) => {
                let found = each.iter().map(|e| self.extract(e));
                found.into_iter().find(|v| !items(v).is_empty()).unwrap_or(Val::Absent)
            }
            Extract::Case { on, arms, otherwise } => match texts(on) {
                Val::Text(on) => {
                    let arm =
                        arms.iter().find(|(values, _)| values.iter().any(|v| *v == on)).map(|(_, at)| at);
                    arm.or(otherwise.as_deref()).map_or(Val::Absent, |at| self.extract(at))
                }
                other => other,
            },
            Extract::Concat(each) => {
                let found: Vec<Val> = each.iter().map(texts).collect();
                if found.contains(&Val::Absent) {
                    Val::Absent
                } else if found.contains(&Val::Unknown) {
                    Val::Unknown
                } else {
                    Val::Text(found.iter().map(text).collect())
                }
            }
            Extract::Json(of) => texts(of),
            Extract::WithoutSuffix(of, suffix) => match texts(of) {
                Val::Text(t) => Val::Text(t.strip_suffix(suffix.as_str()).unwrap_or(&t).to_owned()),
                other => other,
            },
            Extract::Prefixed(of, prefixes) => match texts(of) {
                Val::Text(t) => Val::Bool(prefixes.iter().any(|p| t.starts_with(p.as_str()))),
                other => other,
            },
            other => panic!("the generator uses no field at {other:?}"),
        }
    }
}

fn call(name: &str, args: &[Val]) -> Val {
    match (name, args) {
        ("tolower", [list @ Val::List(_)]) => {
            Val::List(items(list).iter().map(|i| call(name, std::slice::from_ref(i))).collect())
        }
        ("tolower", [Val::Unknown]) => Val::Unknown,
        ("tolower", [one]) => Val::Text(text(one).to_lowercase()),
        ("val", [one]) => one.clone(),
        ("len", [list @ Val::List(_)]) => Val::Int(items(list).len() as i64),
        ("len", [Val::Map(members)]) => Val::Int(members.len() as i64),
        ("len", [one]) => Val::Int(text(one).len() as i64),
        other => panic!("the generator makes no {other:?}"),
    }
}
