//! Writing and reading back.

use super::*;
use crate::catalog::{Field, Plane, RecordType, Shape, Step};
use crate::types::Type;

fn record(name: &str) -> RecordType {
    let definition = format!("{name}.Rule");
    let mut state = Field::new("State", Type::String, "On or off.");
    state.values = vec!["on".into(), "off".into()];
    state.required = true;
    state.optional = false;
    let mut arn = Field::new("Arn", Type::String, "");
    arn.read_only = true;
    state.readable = true;
    state.free_map = true;
    let mut old = Field::new("Old", Type::List(Box::new(Type::List(Box::new(Type::Int)))), "");
    old.deprecated = true;
    old.create_only = true;
    let rules =
        Field::new("Rules", Type::List(Box::new(Type::Record(definition.as_str().into()))), "The rules.");
    let kinds = [Type::Float, Type::Bool, Type::Time, Type::Cidr, Type::Dynamic];
    let inner = kinds.into_iter().zip('a'..).map(|(ty, c)| Field::new(c.to_string(), ty, "inner")).collect();
    RecordType {
        name: name.into(),
        plane: Plane::Resource,
        shape: Shape {
            name: name.into(),
            doc: format!("All about {name}."),
            fields: vec![arn, old, rules, state],
            open: false,
        },
        definitions: vec![Shape {
            name: definition.into(),
            doc: "A rule.".into(),
            fields: inner,
            open: true,
        }],
    }
}

fn entry(name: &str) -> Entry {
    Entry { record: record(name), tags: vec!["Specs".into(), "Tags".into()] }
}

#[test]
fn types_come_back_as_they_were() {
    let (table, descriptions) =
        write(vec![entry("B::Two"), entry("A::One"), entry("C::Three")]).expect("can be written");
    let table = Table::open(&table).expect("a table");
    let descriptions = Descriptions::open(&descriptions).expect("descriptions");
    assert_eq!((table.len(), table.name(0), table.find("A::On")), (3, Some("A::One"), None));
    for name in ["A::One", "B::Two", "C::Three"] {
        let number = table.find(name).expect("is in the table");
        let (mut decoded, tags) = table.decode(number).expect("decodes");
        descriptions.describe(number, &mut decoded).expect("is described");
        assert_eq!(format!("{decoded:?}"), format!("{:?}", record(name)));
        assert_eq!(tags, [Step::Key("Specs".into()), Step::Key("Tags".into())]);
    }
}

#[test]
fn damaged_bytes_give_nothing_or_something_but_no_panic() {
    let (table, descriptions) = write(vec![entry("A::One"), entry("B::Two")]).expect("can be written");
    for at in 0..table.len() {
        let mut damaged = table.clone();
        damaged[at] ^= 0xff;
        for bytes in [&damaged[..], &table[..at]] {
            if let Some(table) = Table::open(bytes) {
                table.find("B::Two").and_then(|number| table.decode(number));
                table.decode(0);
            }
        }
    }
    for at in 0..descriptions.len() {
        let mut damaged = descriptions.clone();
        damaged[at] ^= 0xff;
        for bytes in [&damaged[..], &descriptions[..at]] {
            if let Some(descriptions) = Descriptions::open(bytes) {
                descriptions.describe(1, &mut record("B::Two"));
            }
        }
    }
}
