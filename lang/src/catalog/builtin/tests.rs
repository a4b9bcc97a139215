//! What the shipped catalog must know.

use super::*;
use crate::catalog::{Argument, Extract, Field, Plane};
use crate::diagnostics::nearest;
use crate::types::Type;

fn field(shape: &str, name: &str) -> &'static Field {
    let shape = Catalog::builtin().shape(shape).unwrap_or_else(|| panic!("no shape {shape}"));
    shape.field(name).unwrap_or_else(|| panic!("no field {name}"))
}

fn path(keys: &[&str]) -> Extract {
    Extract::Path(keys.iter().map(|k| Step::Key((*k).into())).collect())
}

#[test]
fn every_written_row_is_documented() {
    let catalog = Catalog::builtin();
    assert!(catalog.cloudtrail().shape.fields.len() >= 73);
    for record in catalog.account().iter().chain([catalog.cloudtrail()]) {
        for shape in record.definitions.iter().chain([&record.shape]) {
            assert!(shape.doc.ends_with('.'), "{}", shape.name);
            for field in &shape.fields {
                assert!(field.doc.ends_with(['.', '…', ')']), "{} {}: {}", shape.name, field.name, field.doc);
            }
        }
    }
}

#[test]
fn faults_of_falcos_extraction_are_put_right() {
    let field = |name| field("cloudtrail", name);
    assert_eq!(field("ct.srcip").ty, Type::Host);
    assert_eq!(field("ct.time").ty, Type::Time);
    assert_eq!(field("ct.sessioncredentialfromconsole").ty, Type::Bool);
    assert_eq!(*field("ct.request.documentname").at, path(&["requestParameters", "documentName"]));
    assert_eq!(*field("ct.serviceeventdetails").at, Extract::Json(Box::new(path(&["serviceEventDetails"]))));
    assert_eq!(field("ec2.imageids").argument, Argument::OptionalIndex);
    for name in ["ct.readonly", "ct.request.documentname", "s3.cnt.get", "ec2.imageids", "ct.info"] {
        assert!(!field(name).differs.is_empty(), "{name} does not say how it differs");
    }
}

#[test]
fn rules_are_looked_up_by_name_and_source() {
    let fields = &Catalog::builtin().cloudtrail().shape.fields;
    let dispatch: Vec<_> = fields.iter().filter(|f| f.dispatch).map(|f| f.name.as_str()).collect();
    assert_eq!(dispatch, ["ct.name", "ct.src"]);
}

#[test]
fn published_types_are_as_published() {
    let list = |shape: &str| Type::List(Box::new(Type::Record(shape.into())));
    for (shape, name, ty) in [
        ("AWS::EC2::SecurityGroup", "SecurityGroupIngress", list("AWS::EC2::SecurityGroup.Ingress")),
        ("AWS::EC2::SecurityGroup.Ingress", "CidrIp", Type::Cidr),
        ("AWS::EC2::SecurityGroup.Ingress", "FromPort", Type::Int),
        ("AWS::EC2::SecurityGroup.Ingress", "IpProtocol", Type::String),
        ("AWS::EC2::Instance", "SecurityGroupIds", Type::List(Box::new(Type::String))),
        ("AWS::EC2::Volume", "Encrypted", Type::Bool),
        ("AWS::EC2::Volume", "Size", Type::Int),
        ("AWS::IAM::Role", "AssumeRolePolicyDocument", Type::Dynamic),
        ("AWS::IAM::Policy", "PolicyDocument", Type::Dynamic),
        ("AWS::S3::Bucket", "BucketEncryption", Type::Record("AWS::S3::Bucket.BucketEncryption".into())),
        ("AWS::S3::Bucket.PublicAccessBlockConfiguration", "BlockPublicAcls", Type::Bool),
        ("AWS::CloudTrail::Trail", "IsMultiRegionTrail", Type::Bool),
        ("AWS::KMS::Key", "EnableKeyRotation", Type::Bool),
        ("AWS::RDS::DBInstance", "PubliclyAccessible", Type::Bool),
        ("AWS::Lambda::Function", "Runtime", Type::String),
        ("AWS::EC2::Subnet", "CidrBlock", Type::Cidr),
    ] {
        assert_eq!(field(shape, name).ty, ty, "{shape} {name}");
    }
    assert!(field("AWS::EC2::SecurityGroup", "GroupId").read_only);
    assert!(field("AWS::EC2::SecurityGroup", "VpcId").create_only);
    let description = field("AWS::EC2::SecurityGroup", "GroupDescription");
    assert!(description.required && !description.optional);
    assert!(
        field("AWS::S3::Bucket.ServerSideEncryptionByDefault", "SSEAlgorithm")
            .values
            .contains(&"aws:kms".into())
    );
}

#[test]
fn every_resource_has_the_common_fields() {
    let catalog = Catalog::builtin();
    for name in catalog.names() {
        let record = catalog.record_type(name).unwrap_or_else(|| panic!("{name} cannot be read"));
        assert!(record.shape.fields.is_sorted_by(|a, b| a.name < b.name), "{name}");
        if record.plane == Plane::Resource {
            for common in ["id", "type", "region", "account", "tags", "origin"] {
                assert!(record.shape.field(common).is_some(), "{name} has no {common}");
            }
        }
        for shape in record.definitions.iter().chain([&record.shape]) {
            for field in &shape.fields {
                let mut ty = &field.ty;
                while let Type::List(item) = ty {
                    ty = item;
                }
                if let Type::Record(inner) = ty {
                    assert!(record.shape(inner).is_some(), "{name}: no shape {inner}");
                }
            }
        }
    }
    let tags = Extract::Tags(Box::new(path(&["HostedZoneTags"])));
    assert_eq!(*field("AWS::Route53::HostedZone", "tags").at, Extract::First(vec![path(&["tags"]), tags]));
}

#[test]
fn descriptions_are_there_when_asked_for() {
    let catalog = Catalog::builtin();
    assert_eq!(field("AWS::EC2::SecurityGroup", "GroupName").doc, "");
    let described = catalog.described("AWS::EC2::SecurityGroup").expect("a type");
    let group_name = described.shape.field("GroupName").expect("a field");
    assert_eq!(group_name.doc, "The name of the security group.");
    let inner = catalog.described_shape("AWS::S3::Bucket.PublicAccessBlockConfiguration").expect("a shape");
    assert!(inner.field("BlockPublicAcls").is_some_and(|f| !f.doc.is_empty()));
    assert!(catalog.described_shape("arn").is_some_and(|shape| shape.field("account").is_some()));
    let with_text = catalog
        .names()
        .filter(|name| {
            catalog.described(name).is_some_and(|r| r.shape.fields.iter().any(|f| !f.doc.is_empty()))
        })
        .count();
    assert_eq!(with_text, catalog.names().count());
}

#[test]
fn over_a_thousand_names_sorted_and_near_ones_found() {
    let names: Vec<_> = Catalog::builtin().names().collect();
    assert!(names.len() > 1_800 && names.is_sorted());
    assert_eq!(nearest("AWS::EC2::SecurityGrup", names.iter().copied()), Some("AWS::EC2::SecurityGroup"));
    assert!(Catalog::builtin().record_type("AWS::EC2::SecurityGrup").is_none());
    assert!(Catalog::builtin().shape("AWS::EC2::SecurityGroup.Nothing").is_none());
}

#[test]
fn attributes_of_resources_hide_no_property() {
    assert!(field("AWS::EC2::Volume", "DeletionPolicy").common);
    assert!(field("AWS::EC2::Instance", "Metadata").common);
    // One of the few types with a property of that name.
    assert!(!field("AWS::Chime::Channel", "Metadata").common);
    let account = Catalog::builtin().shape("Account::Summary").expect("a type of the account's");
    assert!(account.field("Metadata").is_none() && account.field("id").is_some());
}
