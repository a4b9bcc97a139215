//! CEL expressions over the values they read: bound by name, borrowed, nothing copied that is
//! no list or object.

use std::sync::Arc;

use cel::Context;
use cel::common::types::{CelBool, CelDouble, CelInt, CelNull, CelString};
use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;
use cel::objects::{Key, Map};
use eyas_lang::expressions;
use eyas_lang::value::{Fetched, Tree, TreeKind, Unknown, Value};
use smol_str::SmolStr;

use super::state::Eval;
use crate::plan::PlannedCel;
use crate::{coerce, json, tree, walk};

impl<'r> Eval<'_, 'r> {
    /// Runs an expression whose slots are loaded. A value it reads that is unknown makes it
    /// unknown; one that is absent is null, and where the expression cannot do with that, the
    /// result is absent too.
    pub(super) fn run_cel(&self, cel: &PlannedCel) -> Fetched<'r> {
        let mut reads = Vec::with_capacity(cel.reads.len());
        let mut absent = false;
        for (name, value) in &cel.reads {
            let found = self.own(value);
            match &found {
                Fetched::Unknown(why) => return Fetched::Unknown(walk::opaque(why.clone())),
                Fetched::Absent => absent = true,
                Fetched::Present(_) => {}
            }
            reads.push((name.as_str(), found));
        }
        let reads = Reads(reads);
        let mut context = Context::with_env(expressions::environment());
        context.set_variable_resolver(&reads);
        match cel.program.program.execute(&context) {
            Ok(value) => from_cel(&value, json::MAX_DEPTH),
            Err(_) if absent => Fetched::Absent,
            Err(error) => Fetched::Unknown(Arc::new(Unknown::new(format!(
                "`{}` failed: {error}",
                cel.program.text.split_whitespace().collect::<Vec<_>>().join(" ")
            )))),
        }
    }
}

/// The values an expression reads, by CEL's name for them.
struct Reads<'a>(Vec<(&'a str, Fetched<'a>)>);

impl VariableResolver for Reads<'_> {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        let (_, found) = self.0.iter().find(|(name, _)| *name == variable)?;
        Some(match found {
            Fetched::Present(value) => to_cel(value),
            Fetched::Absent | Fetched::Unknown(_) => CowVal::owned(CelNull),
        })
    }
}

fn to_cel<'b>(value: &'b Value<'_>) -> CowVal<'b, 'b> {
    match value {
        Value::Str(text) => CowVal::owned(CelString::from(text.as_ref())),
        Value::Int(i) => CowVal::owned(CelInt::from(*i)),
        Value::Float(f) => CowVal::owned(CelDouble::from(*f)),
        Value::Bool(b) => CowVal::owned(CelBool::from(*b)),
        Value::Size(s) => CowVal::owned(CelInt::from(i64::try_from(*s).unwrap_or(i64::MAX))),
        value => match Box::<dyn Val>::try_from(compound(value)) {
            Ok(boxed) => CowVal::Owned(boxed),
            Err(_) => CowVal::owned(CelNull),
        },
    }
}

fn compound(value: &Value<'_>) -> cel::Value {
    match value {
        Value::Time(time) => timestamp(time),
        Value::Duration(span) => cel::Value::Duration(chrono::Duration::milliseconds(
            i64::try_from(span.as_millis()).unwrap_or(i64::MAX / 2),
        )),
        Value::Ip(_) | Value::Net(_) => text_value(value),
        value => of_tree(&tree::of_value(Fetched::Present(value.clone()))),
    }
}

fn timestamp(time: &jiff::Timestamp) -> cel::Value {
    let nanos = u32::try_from(time.subsec_nanosecond()).unwrap_or(0);
    match chrono::DateTime::from_timestamp(time.as_second(), nanos) {
        Some(utc) => cel::Value::Timestamp(utc.fixed_offset()),
        None => cel::Value::Null,
    }
}

fn text_value(value: &Value<'_>) -> cel::Value {
    match coerce::text(value) {
        Some(text) => cel::Value::String(Arc::new(text.into_owned())),
        None => cel::Value::Null,
    }
}

/// Trees are bounded in depth where they are made.
fn of_tree(tree: &Tree) -> cel::Value {
    match &tree.kind {
        TreeKind::Null | TreeKind::Unknown(_) => cel::Value::Null,
        TreeKind::Bool(b) => cel::Value::Bool(*b),
        TreeKind::Int(i) => cel::Value::Int(*i),
        TreeKind::Float(f) => cel::Value::Float(*f),
        TreeKind::Str(s) => cel::Value::String(Arc::new(s.to_string())),
        TreeKind::List(items) => cel::Value::List(Arc::new(items.iter().map(of_tree).collect())),
        TreeKind::Map(members) => cel::Value::Map(Map {
            map: Arc::new(members.iter().map(|(k, v)| (Key::from(k.as_str()), of_tree(v))).collect()),
        }),
    }
}

fn from_cel(value: &cel::Value, depth: u32) -> Fetched<'static> {
    Fetched::Present(match value {
        cel::Value::Null => return Fetched::Absent,
        cel::Value::Bool(b) => Value::Bool(*b),
        cel::Value::Int(i) => Value::Int(*i),
        cel::Value::UInt(u) => i64::try_from(*u).map_or(Value::Float(*u as f64), Value::Int),
        cel::Value::Float(f) => Value::Float(*f),
        cel::Value::String(s) => Value::Str(s.to_string().into()),
        cel::Value::Timestamp(t) => {
            match jiff::Timestamp::new(t.timestamp(), t.timestamp_subsec_nanos() as i32) {
                Ok(time) => Value::Time(time),
                Err(_) => return Fetched::Absent,
            }
        }
        cel::Value::Duration(d) => Value::Duration(jiff::SignedDuration::from_millis(d.num_milliseconds())),
        cel::Value::List(items) if depth > 0 => {
            Value::List(items.iter().map(|item| from_cel(item, depth - 1)).collect())
        }
        cel::Value::Map(map) if depth > 0 => Value::Object(Arc::new(map_tree(map, depth - 1))),
        other => return unsupported(other),
    })
}

fn map_tree(map: &Map, depth: u32) -> Tree {
    let mut members: Vec<(SmolStr, Tree)> = map
        .map
        .iter()
        .map(|(key, value)| (SmolStr::new(key.to_string()), tree::of_value(from_cel(value, depth))))
        .collect();
    // The map has no order of its own; outcomes and texts must not depend on chance.
    members.sort_by(|a, b| a.0.cmp(&b.0));
    Tree::new(TreeKind::Map(members))
}

fn unsupported(value: &cel::Value) -> Fetched<'static> {
    let reason = format!("a CEL expression gave a {}, which rules cannot use", value.type_of());
    Fetched::Unknown(Arc::new(Unknown::new(reason)))
}
