//! The catalog that ships with eyas.

use std::sync::OnceLock;

use super::{RecordType, Shape, written};

const CLOUDTRAIL: &str = include_str!("../../catalog/cloudtrail.toml");
const VALUES: &str = include_str!("../../catalog/values.toml");

/// All record types that rules can be written on. A type is read when it is first asked for.
#[derive(Debug, Default)]
pub struct Catalog {
    cloudtrail: OnceLock<RecordType>,
    values: OnceLock<Vec<Shape>>,
}

impl Catalog {
    /// The catalog that ships with eyas.
    pub fn builtin() -> &'static Catalog {
        static BUILTIN: OnceLock<Catalog> = OnceLock::new();
        BUILTIN.get_or_init(Catalog::default)
    }

    /// The record type with this name.
    pub fn record_type(&self, name: &str) -> Option<&RecordType> {
        (name == "cloudtrail").then(|| {
            // INVARIANT: the text is part of the program and a test reads it.
            self.cloudtrail
                .get_or_init(|| written::read_one(CLOUDTRAIL).expect("cloudtrail.toml is well-formed"))
        })
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

    /// The records that functions make.
    fn values(&self) -> &[Shape] {
        // INVARIANT: the text is part of the program and a test reads it.
        self.values.get_or_init(|| written::read_shapes(VALUES).expect("values.toml is well-formed"))
    }

    /// The names of all record types, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        ["cloudtrail"].into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Argument, Extract, Field, Step};
    use crate::types::Type;

    fn field(name: &str) -> &'static Field {
        let shape = Catalog::builtin().shape("cloudtrail").expect("a record type");
        shape.field(name).unwrap_or_else(|| panic!("no field {name}"))
    }

    #[test]
    fn every_cloudtrail_row_is_documented() {
        let shape = Catalog::builtin().shape("cloudtrail").expect("a record type");
        assert!(shape.fields.len() >= 73);
        for field in &shape.fields {
            assert!(!field.doc.is_empty(), "{} has no doc", field.name);
        }
    }

    #[test]
    fn faults_of_falcos_extraction_are_put_right() {
        let path = |keys: &[&str]| Extract::Path(keys.iter().map(|k| Step::Key((*k).into())).collect());
        assert_eq!(field("ct.srcip").ty, Type::Host);
        assert_eq!(field("ct.time").ty, Type::Time);
        assert_eq!(field("ct.sessioncredentialfromconsole").ty, Type::Bool);
        assert_eq!(field("ct.request.documentname").at, path(&["requestParameters", "documentName"]));
        assert_eq!(
            field("ct.serviceeventdetails").at,
            Extract::Json(Box::new(path(&["serviceEventDetails"])))
        );
        assert_eq!(field("ec2.imageids").argument, Argument::OptionalIndex);
        for name in ["ct.readonly", "ct.request.documentname", "s3.cnt.get", "ec2.imageids", "ct.info"] {
            assert!(!field(name).differs.is_empty(), "{name} does not say how it differs");
        }
    }

    #[test]
    fn rules_are_looked_up_by_name_and_source() {
        let shape = Catalog::builtin().shape("cloudtrail").expect("a record type");
        let dispatch: Vec<_> = shape.fields.iter().filter(|f| f.dispatch).map(|f| f.name.as_str()).collect();
        assert_eq!(dispatch, ["ct.name", "ct.src"]);
    }
}
