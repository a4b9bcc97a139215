//! Every way in which the catalog says where a field's value is.

use std::sync::Arc;

use eyas_engine::coerce;
use eyas_engine::extract::extract;
use eyas_engine::finding::{Location, Subject};
use eyas_engine::json::JsonIndex;
use eyas_engine::record::Record;
use eyas_engine::tree::{self, TreeRecord};
use eyas_engine::walk;
use eyas_lang::catalog::{Extract, Step};
use eyas_lang::value::{Fetched, Tree, TreeKind, Unknown, Value};
use jiff::Timestamp;

const RECORD: &str = r#"{
  "name": "GetObject", "source": "s3.amazonaws.com", "none": null, "empty": [], "on": true,
  "arn": "arn:aws:sts::1:assumed-role/admin/session", "in": 5, "out": 2.0, "text": "7",
  "tags": [{"Key": "Name", "Value": "a"}, {"Key": "Env", "Value": "prod"}, {"Key": "Name", "Value": "b"}],
  "parts": ["x", 1, null, {"k": "v"}], "object": {"k": [1, 2]}
}"#;

fn at(path: &str) -> Extract {
    Extract::Path(path.split('.').map(|key| Step::Key(key.into())).collect())
}

fn boxed(path: &str) -> Box<Extract> {
    Box::new(at(path))
}

/// What an extract reads, over text and over a tree.
#[track_caller]
fn read(extract_of: &Extract) -> String {
    let show = |found: Fetched<'_>| match found {
        Fetched::Absent => "<absent>".to_owned(),
        Fetched::Unknown(why) => format!("<{}>", why.reason),
        Fetched::Present(value) => coerce::text(&value).unwrap().into_owned(),
    };
    let mut index = JsonIndex::default();
    let record = index.read("t", RECORD).unwrap();
    let tree = tree::from_json(RECORD);
    let from_text = show(extract(&record, extract_of));
    assert_eq!(from_text, show(extract(&TreeRecord::new("t", &tree), extract_of)));
    from_text
}

#[test]
fn each_kind() {
    assert_eq!(read(&at("object.k")), "[1,2]");
    assert_eq!(read(&at("none")), "<absent>");
    assert_eq!(read(&Extract::Text("AssumedRole".into())), "AssumedRole");
    assert_eq!(read(&Extract::First(vec![at("none"), at("empty"), at("name")])), "GetObject");
    assert_eq!(read(&Extract::First(vec![at("none")])), "<absent>");
    assert_eq!(read(&Extract::Concat(vec![at("name"), Extract::Text("/".into()), at("in")])), "GetObject/5");
    assert_eq!(read(&Extract::Concat(vec![at("name"), at("none")])), "<absent>");
    assert_eq!(read(&Extract::Sum(vec![at("in"), at("out"), at("text"), at("none")])), "14");
    assert_eq!(read(&Extract::Sum(vec![at("none")])), "<absent>");
    assert_eq!(read(&Extract::Json(boxed("object"))), r#"{"k":[1,2]}"#);
    assert_eq!(read(&Extract::Json(boxed("name"))), "GetObject");
    assert_eq!(read(&Extract::WithoutSuffix(boxed("source"), ".amazonaws.com".into())), "s3");
    assert_eq!(read(&Extract::WithoutSuffix(boxed("name"), ".amazonaws.com".into())), "GetObject");
    assert_eq!(read(&Extract::Join(boxed("parts"), ",".into())), r#"x,1,{"k":"v"}"#);
    assert_eq!(read(&Extract::Join(boxed("empty"), ",".into())), "<absent>");
    assert_eq!(read(&Extract::Prefixed(boxed("name"), vec!["Get".into(), "List".into()])), "true");
    assert_eq!(read(&Extract::Prefixed(boxed("none"), vec!["Get".into()])), "<absent>");
    assert_eq!(read(&Extract::Tags(boxed("tags"))), r#"{"Name":"a","Env":"prod","Name":"b"}"#);
    assert_eq!(read(&Extract::Tags(boxed("object"))), r#"{"k":[1,2]}"#);
    assert_eq!(read(&Extract::Ordinal), "<absent>");
    assert_eq!(read(&Extract::Argument), "<absent>");
}

#[test]
fn parts_of_a_text() {
    let part = |of: &str, index, parts| Extract::Part { of: boxed(of), separator: "/".into(), index, parts };
    assert_eq!(read(&part("arn", 2, 3)), "session");
    assert_eq!(read(&part("arn", 1, 0)), "admin");
    assert_eq!(read(&part("arn", 1, 4)), "<absent>");
    assert_eq!(read(&part("arn", 9, 0)), "<absent>");
    assert_eq!(read(&part("none", 0, 0)), "<absent>");
}

#[test]
fn cases() {
    let case = |on: &str, otherwise: Option<&str>| Extract::Case {
        on: boxed(on),
        arms: vec![
            (vec!["PutObject".into(), "GetObject".into()], at("in")),
            (vec!["true".into()], at("out")),
        ],
        otherwise: otherwise.map(boxed),
    };
    assert_eq!(read(&case("name", None)), "5");
    assert_eq!(read(&case("on", None)), "2.0");
    assert_eq!(read(&case("source", None)), "<absent>");
    assert_eq!(read(&case("source", Some("text"))), "7");
    assert_eq!(read(&case("none", Some("text"))), "<absent>");
}

#[test]
fn the_last_item_with_a_key_is_looked_up() {
    let lookup = |equals: &str| Extract::Lookup {
        list: boxed("tags"),
        key: vec![Step::Key("Key".into())],
        equals: equals.into(),
        value: boxed("Value"),
    };
    assert_eq!(read(&lookup("Name")), "b");
    assert_eq!(read(&lookup("Owner")), "<absent>");
}

#[test]
fn flags_are_numbers() {
    let flag = |of: &str, negated| Extract::Flag { of: boxed(of), values: vec!["GetObject".into()], negated };
    assert_eq!(read(&flag("name", false)), "1");
    assert_eq!(read(&flag("name", true)), "0");
    assert_eq!(read(&flag("none", false)), "0");
    assert_eq!(read(&flag("none", true)), "1");
}

#[test]
fn what_is_not_known_stays_unknown_and_says_no_more_than_why() {
    let why = Unknown { present: true, parts: vec![Some("Get".into()), None], ..Unknown::new("a parameter") };
    let unknown = Tree::new(TreeKind::Unknown(Arc::new(why)));
    let tree = Tree::new(TreeKind::Map(vec![("name".into(), unknown)]));
    let record = TreeRecord::new("t", &tree);
    assert!(matches!(extract(&record, &at("name")), Fetched::Unknown(why) if why.present));
    for made in [
        Extract::WithoutSuffix(boxed("name"), "x".into()),
        Extract::Concat(vec![at("name"), Extract::Text("x".into())]),
        Extract::Case { on: boxed("name"), arms: vec![], otherwise: Some(boxed("name")) },
        at("name.below"),
    ] {
        let found = extract(&record, &made);
        assert!(matches!(&found, Fetched::Unknown(why) if !why.present && why.parts.is_empty()), "{found:?}");
    }
    let absent = Extract::Concat(vec![at("name"), at("none")]);
    assert!(matches!(extract(&record, &absent), Fetched::Absent));
}

#[test]
fn a_record_knows_its_number() {
    struct Third;
    impl Record for Third {
        fn record_type(&self) -> &str {
            "t"
        }
        fn at(&self, path: &[Step]) -> Fetched<'_> {
            walk::steps(Fetched::Absent, path)
        }
        fn now(&self) -> Option<Timestamp> {
            None
        }
        fn subject(&self) -> Subject {
            Subject::default()
        }
        fn location(&self) -> Option<Location> {
            None
        }
        fn ordinal(&self) -> Fetched<'_> {
            Fetched::Present(Value::Int(3))
        }
    }
    assert!(matches!(extract(&Third, &Extract::Ordinal), Fetched::Present(Value::Int(3))));
}
