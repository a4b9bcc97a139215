//! Fields of the catalog, read from any record.

use std::borrow::Cow;
use std::sync::Arc;

use eyas_lang::catalog::{Extract, Step};
use eyas_lang::value::{Fetched, JsonText, Tree, TreeKind, Unknown, Value};
use smol_str::SmolStr;

use crate::coerce;
use crate::record::Record;
use crate::{tree, walk};

/// The value that an extract describes.
pub fn extract<'r>(record: &'r dyn Record, at: &Extract) -> Fetched<'r> {
    Reader { root: Root::Record(record) }.read(at)
}

/// What paths start from: the record, or an item of one of its lists.
enum Root<'r> {
    Record(&'r dyn Record),
    Item(Value<'r>),
}

struct Reader<'r> {
    root: Root<'r>,
}

impl<'r> Reader<'r> {
    fn read(&self, at: &Extract) -> Fetched<'r> {
        match at {
            Extract::Path(path) => match &self.root {
                Root::Record(record) => record.at(path),
                Root::Item(item) => walk::steps(Fetched::Present(item.clone()), path),
            },
            Extract::Text(text) => str_value(text.to_string()),
            Extract::First(each) => self.first(each),
            Extract::Case { on, arms, otherwise } => self.case(on, arms, otherwise.as_deref()),
            Extract::Concat(each) => self.concat(each),
            Extract::Sum(each) => self.sum(each),
            Extract::Json(of) => self.json(of),
            Extract::WithoutSuffix(of, suffix) => self.text(of).map(|t| without_suffix(t, suffix)).into(),
            Extract::Part { of, separator, index, parts } => {
                self.text(of).and_then(|t| part(t, separator, *index as usize, *parts as usize)).into()
            }
            Extract::Lookup { list, key, equals, value } => self.lookup(list, key, equals, value),
            Extract::Flag { of, values, negated } => {
                let listed = match self.text(of) {
                    Text::Is(text) => values.iter().any(|v| *v == *text),
                    Text::None => false,
                    Text::Unknown(why) => return Fetched::Unknown(why),
                };
                Fetched::Present(Value::Int(i64::from(listed != *negated)))
            }
            Extract::Join(of, separator) => self.join(of, separator),
            Extract::Prefixed(of, prefixes) => match self.text(of) {
                Text::Is(text) => {
                    let found = prefixes.iter().any(|p| text.starts_with(p.as_str()));
                    Fetched::Present(Value::Bool(found))
                }
                other => other.into(),
            },
            Extract::Tags(of) => tags(self.read(of)),
            Extract::Ordinal => match &self.root {
                Root::Record(record) => record.ordinal(),
                Root::Item(_) => Fetched::Absent,
            },
            // The catalog's row alone; a use of the field has its argument worked in.
            Extract::Argument => Fetched::Absent,
        }
    }

    fn first(&self, each: &[Extract]) -> Fetched<'r> {
        for one in each {
            match self.read(one) {
                Fetched::Absent => {}
                Fetched::Present(list)
                    if walk::is_list(&list) && walk::Items::of(list.clone()).next().is_none() => {}
                found => return found,
            }
        }
        Fetched::Absent
    }

    fn case(
        &self,
        on: &Extract,
        arms: &[(Vec<SmolStr>, Extract)],
        otherwise: Option<&Extract>,
    ) -> Fetched<'r> {
        let arm = match self.text(on) {
            Text::Is(text) => arms.iter().find(|(values, _)| values.iter().any(|v| *v == *text)),
            Text::None => return Fetched::Absent,
            Text::Unknown(why) => return Fetched::Unknown(why),
        };
        match arm.map(|(_, at)| at).or(otherwise) {
            Some(at) => self.read(at),
            None => Fetched::Absent,
        }
    }

    fn concat(&self, each: &[Extract]) -> Fetched<'r> {
        let mut out = String::new();
        let mut unknown = None;
        for one in each {
            match self.text(one) {
                Text::Is(text) => out.push_str(&text),
                // An absent part decides, whatever else is not known.
                Text::None => return Fetched::Absent,
                Text::Unknown(why) => unknown = Some(why),
            }
        }
        unknown.map_or_else(|| str_value(out), Fetched::Unknown)
    }

    fn sum(&self, each: &[Extract]) -> Fetched<'r> {
        let mut total: Option<f64> = None;
        for one in each {
            let number = match self.read(one) {
                Fetched::Unknown(why) => return Fetched::Unknown(walk::opaque(why)),
                Fetched::Present(Value::Str(text)) => coerce::number(&text),
                Fetched::Present(value) => Some(value),
                Fetched::Absent => None,
            };
            match number {
                Some(Value::Int(i)) => total = Some(total.unwrap_or(0.0) + i as f64),
                Some(Value::Float(f)) => total = Some(total.unwrap_or(0.0) + f),
                _ => {}
            }
        }
        // Byte counts come as floats at times; a sum of them is a whole number all the same.
        total.map_or(Fetched::Absent, |t| Fetched::Present(Value::Int(t as i64)))
    }

    fn json(&self, of: &Extract) -> Fetched<'r> {
        match self.read(of) {
            Fetched::Present(Value::Json(JsonText(raw))) => {
                Fetched::Present(Value::Str(crate::json::compact(raw)))
            }
            Fetched::Present(Value::Str(text)) => Fetched::Present(Value::Str(text)),
            Fetched::Present(value) => match coerce::text(&value) {
                Some(text) => str_value(text.into_owned()),
                None => coerce::unknown_within(&value).map_or(Fetched::Absent, Fetched::Unknown),
            },
            other => other,
        }
    }

    fn join(&self, of: &Extract, separator: &str) -> Fetched<'r> {
        let items = match self.read(of) {
            Fetched::Present(list) => walk::Items::of(list),
            other => return other,
        };
        let mut parts = Vec::new();
        for item in items {
            match Text::of(item) {
                Text::Is(text) => parts.push(text),
                Text::None => {}
                Text::Unknown(why) => return Fetched::Unknown(why),
            }
        }
        match parts.is_empty() {
            true => Fetched::Absent,
            false => str_value(parts.join(separator)),
        }
    }

    fn lookup(&self, list: &Extract, key: &[Step], equals: &str, value: &Extract) -> Fetched<'r> {
        let items = match self.read(list) {
            Fetched::Present(list) => walk::Items::of(list),
            other => return other,
        };
        let mut last = Fetched::Absent;
        for item in items {
            let found = match item {
                Fetched::Present(item) => match Text::of(walk::steps(Fetched::Present(item.clone()), key)) {
                    Text::Is(text) if *text == *equals => Reader { root: Root::Item(item) }.read(value),
                    Text::Unknown(why) => Fetched::Unknown(why),
                    _ => continue,
                },
                other => other,
            };
            last = found;
        }
        last
    }

    fn text(&self, at: &Extract) -> Text<'r> {
        Text::of(self.read(at))
    }
}

/// An object from each item's `Key` to its `Value`.
fn tags(found: Fetched<'_>) -> Fetched<'_> {
    let list = match found {
        Fetched::Present(value) if walk::is_list(&value) => value,
        other => return other,
    };
    let mut members = Vec::new();
    for item in walk::Items::of(list) {
        let key = match Text::of(walk::steps(item.clone(), &[Step::Key(SmolStr::new_static("Key"))])) {
            Text::Is(key) => SmolStr::new(key),
            Text::None => continue,
            // Whose key it is cannot be told, so nothing can be said of any key.
            Text::Unknown(why) => return Fetched::Unknown(why),
        };
        let value = walk::steps(item, &[Step::Key(SmolStr::new_static("Value"))]);
        members.push((key, tree::of_value(value)));
    }
    Fetched::Present(Value::Object(Arc::new(Tree::new(TreeKind::Map(members)))))
}

fn str_value(text: String) -> Fetched<'static> {
    Fetched::Present(Value::Str(Cow::Owned(text)))
}

/// Text, or why there is none.
enum Text<'r> {
    Is(Cow<'r, str>),
    None,
    Unknown(Arc<Unknown>),
}

impl<'r> Text<'r> {
    fn of(found: Fetched<'r>) -> Self {
        match found {
            Fetched::Present(Value::Str(text)) => Text::Is(text),
            Fetched::Present(value) => match coerce::text(&value) {
                Some(text) => Text::Is(Cow::Owned(text.into_owned())),
                None => coerce::unknown_within(&value).map_or(Text::None, Text::Unknown),
            },
            Fetched::Absent => Text::None,
            Fetched::Unknown(why) => Text::Unknown(walk::opaque(why)),
        }
    }

    fn map(self, f: impl FnOnce(Cow<'r, str>) -> Cow<'r, str>) -> Self {
        self.and_then(|t| Some(f(t)))
    }

    fn and_then(self, f: impl FnOnce(Cow<'r, str>) -> Option<Cow<'r, str>>) -> Self {
        match self {
            Text::Is(text) => f(text).map_or(Text::None, Text::Is),
            other => other,
        }
    }
}

impl<'r> From<Text<'r>> for Fetched<'r> {
    fn from(text: Text<'r>) -> Self {
        match text {
            Text::Is(text) => Fetched::Present(Value::Str(text)),
            Text::None => Fetched::Absent,
            Text::Unknown(why) => Fetched::Unknown(why),
        }
    }
}

fn without_suffix<'r>(text: Cow<'r, str>, suffix: &str) -> Cow<'r, str> {
    let len = text.strip_suffix(suffix).map_or(text.len(), str::len);
    cut(text, 0, len)
}

fn part<'r>(text: Cow<'r, str>, separator: &str, index: usize, parts: usize) -> Option<Cow<'r, str>> {
    if separator.is_empty() || (parts > 0 && text.split(separator).count() < parts) {
        return None;
    }
    let found = text.split(separator).nth(index)?;
    let start = found.as_ptr() as usize - text.as_ptr() as usize;
    let end = start + found.len();
    Some(cut(text, start, end))
}

fn cut(text: Cow<'_, str>, start: usize, end: usize) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.get(start..end).unwrap_or_default()),
        Cow::Owned(text) => Cow::Owned(text.get(start..end).unwrap_or_default().to_owned()),
    }
}
