//! The catalog that ships with eyas.

use std::sync::OnceLock;

use super::table::{Descriptions, Table, add_attributes, add_common_fields};
use super::{RecordType, Shape, Step, written};

const CLOUDTRAIL: &str = include_str!("../../catalog/cloudtrail.toml");
const ACCOUNT: &str = include_str!("../../catalog/account.toml");
const VALUES: &str = include_str!("../../catalog/values.toml");
const RESOURCES: &[u8] = include_bytes!("../../catalog/resources.bin");
const DESCRIPTIONS: &[u8] = include_bytes!("../../catalog/descriptions.bin");

/// The name under which events are written about.
const CLOUDTRAIL_NAME: &str = "cloudtrail";

/// All record types that rules can be written on. A type is read when it is first asked for.
#[derive(Debug)]
pub struct Catalog {
    cloudtrail: OnceLock<RecordType>,
    account: OnceLock<Vec<RecordType>>,
    values: OnceLock<Vec<Shape>>,
    table: Table<'static>,
    resources: Vec<OnceLock<Option<Box<RecordType>>>>,
}

impl Catalog {
    /// The catalog that ships with eyas.
    #[expect(clippy::expect_used, reason = "the table is part of the program and a test reads all of it")]
    pub fn builtin() -> &'static Catalog {
        static BUILTIN: OnceLock<Catalog> = OnceLock::new();
        BUILTIN.get_or_init(|| {
            let table = Table::open(RESOURCES).expect("resources.bin is a table");
            let mut resources = Vec::new();
            resources.resize_with(table.len(), OnceLock::new);
            Catalog {
                cloudtrail: OnceLock::new(),
                account: OnceLock::new(),
                values: OnceLock::new(),
                table,
                resources,
            }
        })
    }

    /// The record type with this name.
    pub fn record_type(&self, name: &str) -> Option<&RecordType> {
        if name == CLOUDTRAIL_NAME {
            return Some(self.cloudtrail());
        }
        if name.starts_with("Account::") {
            return self.account().iter().find(|record| record.name == name);
        }
        let number = self.table.find(name)?;
        self.resources.get(number)?.get_or_init(|| self.resource(number).map(Box::new)).as_deref()
    }

    /// The shape with this name: a record type's own, `type.definition`, or a record that a
    /// function makes (`arn`, `url`).
    pub fn shape(&self, name: &str) -> Option<&Shape> {
        if let Some(shape) = self.values().iter().find(|shape| shape.name == name) {
            return Some(shape);
        }
        let (owner, _) = name.split_once('.').unwrap_or((name, ""));
        self.record_type(owner)?.shape(name)
    }

    /// The record type with its descriptions, which [`Catalog::record_type`] leaves out where
    /// they take long to read. For hover and for the reference pages.
    #[expect(
        clippy::expect_used,
        reason = "the descriptions are part of the program and a test reads all of them"
    )]
    pub fn described(&self, name: &str) -> Option<RecordType> {
        let Some(number) = self.table.find(name) else { return self.record_type(name).cloned() };
        let (mut record, tags) = self.table.decode(number)?;
        let descriptions = Descriptions::open(DESCRIPTIONS).expect("descriptions.bin is well-formed");
        descriptions.describe(number, &mut record)?;
        add_common_fields(&mut record.shape, tags);
        add_attributes(&mut record.shape);
        Some(record)
    }

    /// The shape with this name, with its descriptions.
    pub fn described_shape(&self, name: &str) -> Option<Shape> {
        let (owner, _) = name.split_once('.').unwrap_or((name, ""));
        match self.described(owner) {
            Some(record) => record.shape(name).cloned(),
            None => self.shape(name).cloned(),
        }
    }

    /// The names of all record types, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let resources = (0..self.table.len()).filter_map(|number| self.table.name(number));
        let account = self.account().iter().map(|record| record.name.as_str());
        let mut names: Vec<&str> = resources.chain(account).chain([CLOUDTRAIL_NAME]).collect();
        names.sort_unstable();
        names.into_iter()
    }

    fn resource(&self, number: usize) -> Option<RecordType> {
        let (mut record, tags) = self.table.decode(number)?;
        add_common_fields(&mut record.shape, tags);
        add_attributes(&mut record.shape);
        Some(record)
    }

    #[expect(clippy::expect_used, reason = "the text is part of the program and a test reads it")]
    fn cloudtrail(&self) -> &RecordType {
        self.cloudtrail.get_or_init(|| written::read_one(CLOUDTRAIL).expect("cloudtrail.toml is well-formed"))
    }

    /// What has no published type: settings of an account, rows of its reports.
    #[expect(clippy::expect_used, reason = "the text is part of the program and a test reads it")]
    fn account(&self) -> &[RecordType] {
        self.account.get_or_init(|| {
            let mut types = written::read_many(ACCOUNT).expect("account.toml is well-formed");
            for record in &mut types {
                let tags = record.shape.field("Tags").map(|field| Step::Key(field.name.clone()));
                add_common_fields(&mut record.shape, tags.into_iter().collect());
            }
            types
        })
    }

    /// The records that functions make.
    #[expect(clippy::expect_used, reason = "the text is part of the program and a test reads it")]
    fn values(&self) -> &[Shape] {
        self.values.get_or_init(|| written::read_shapes(VALUES).expect("values.toml is well-formed"))
    }
}

#[cfg(test)]
mod tests;
