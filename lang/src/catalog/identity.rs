//! The properties by which other resources name a resource.

use smol_str::SmolStr;

use super::RecordType;

/// What a property that identifies a resource is called after the type, or by itself.
const ENDINGS: &[&str] = &["name", "id", "identifier", "arn", "url"];

/// The properties of a resource that hold its name, its id or its ARN. The published schemas
/// follow one habit: `AWS::S3::Bucket` has a `BucketName`, `AWS::EC2::SecurityGroup` a
/// `GroupId`, `AWS::Events::Rule` a `Name`.
pub fn identifying(record: &RecordType) -> Vec<SmolStr> {
    let kind = record.name.rsplit("::").next().unwrap_or_default();
    let kind = kind.to_ascii_lowercase();
    let names = |property: &str| {
        let property = property.to_ascii_lowercase();
        ENDINGS.iter().filter_map(|ending| property.strip_suffix(ending)).any(|noun| is_last(&kind, noun))
    };
    // The record-level `id` is no property, and is compared in any case.
    record.shape.fields.iter().filter(|f| f.name != "id" && names(&f.name)).map(|f| f.name.clone()).collect()
}

/// Whether a noun is the type's name or the end of it: `group` of `securitygroup`. Single
/// letters and the like are no nouns.
fn is_last(kind: &str, noun: &str) -> bool {
    noun.is_empty() || kind == noun || (noun.len() >= 4 && kind.ends_with(noun))
}

#[cfg(test)]
mod tests {
    use super::identifying;
    use crate::catalog::Catalog;

    #[test]
    fn names_ids_and_arns_of_common_types() {
        let of = |name: &str| {
            let record = Catalog::builtin().record_type(name).expect("the type is in the catalog");
            format!("{name}: {}", identifying(record).join(" "))
        };
        let types = [
            "AWS::S3::Bucket",
            "AWS::EC2::SecurityGroup",
            "AWS::EC2::VPC",
            "AWS::EC2::Subnet",
            "AWS::EC2::Instance",
            "AWS::EC2::RouteTable",
            "AWS::RDS::DBInstance",
            "AWS::RDS::DBSubnetGroup",
            "AWS::Lambda::Function",
            "AWS::IAM::Role",
            "AWS::IAM::ManagedPolicy",
            "AWS::KMS::Key",
            "AWS::SQS::Queue",
            "AWS::SNS::Topic",
            "AWS::Logs::LogGroup",
            "AWS::ElasticLoadBalancingV2::LoadBalancer",
            "AWS::CloudTrail::Trail",
            "AWS::DynamoDB::Table",
            "AWS::ApiGateway::RestApi",
            "AWS::ECS::Cluster",
        ];
        insta::assert_snapshot!(types.map(of).join("\n"));
    }
}
