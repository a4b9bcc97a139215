//! `AWS::Serverless::Api`, and the REST API that is there because of events.

use super::function::location;
use super::make::Make;
use super::{Item, Sam, letters};
use crate::document::{Entry, Node, NodeKind};

pub(super) fn expand(sam: &mut Sam<'_>, item: &Item<'_>) {
    let make = item.make();
    let mut properties = item.carry(&[
        "ApiKeySourceType",
        "BinaryMediaTypes",
        "Description",
        "DisableExecuteApiEndpoint",
        "FailOnWarnings",
        "MinimumCompressionSize",
        "Mode",
        "Name",
        "Policy",
        "SecurityPolicy",
    ]);
    properties.push(body(item, "DefinitionUri", "BodyS3Location"));
    properties.extend(item.entry("EndpointConfiguration").map(endpoint));
    properties.extend(item.tags());
    sam.main(item, "AWS::ApiGateway::RestApi", properties);
    let deployment = item.named("Deployment");
    let of_api = make.entry("RestApiId", make.reference(&item.id));
    sam.beside(item, deployment.clone(), "AWS::ApiGateway::Deployment", item.id_span, vec![of_api.clone()]);
    let suffix = stage_suffix(item.get("StageName"));
    let stage = item.named(&suffix);
    let mut properties = item.carry(&[
        "StageName",
        "CacheClusterEnabled",
        "CacheClusterSize",
        "MethodSettings",
        "TracingEnabled",
        "Variables",
        "AccessLogSetting",
        "CanarySetting",
    ]);
    properties.extend([of_api, make.entry("DeploymentId", make.reference(&deployment))]);
    properties.extend(item.tags());
    let at = item.entry("StageName").map_or(item.id_span, |entry| entry.key_span);
    sam.beside(item, stage.clone(), "AWS::ApiGateway::Stage", at, properties);
    domain(sam, item, &stage);
    authorizers(sam, item);
    usage_plan(sam, item, &stage);
}

/// What a stage's id ends with. A name that is no part of an id, or not known, is left out.
fn stage_suffix(name: Option<&Node>) -> String {
    match name.and_then(Node::as_str).filter(|name| *name == letters(name)) {
        Some("Stage") | None => "Stage".to_owned(),
        Some(name) => format!("{name}Stage"),
    }
}

/// The definition that the author gives, or one that is made of the events.
pub(super) fn body(item: &Item<'_>, uri: &str, location_name: &'static str) -> Entry {
    if let Some(own) = item.renamed("DefinitionBody", "Body") {
        return own;
    }
    match item.entry(uri) {
        Some(entry) => {
            let value = location(&entry.value, ["Bucket", "Key", "Version"]);
            Make(entry.key_span).entry(location_name, value)
        }
        None => item.make().entry("Body", item.make().made_by("AWS::Serverless")),
    }
}

/// `REGIONAL`, or a map with a `Type`, as a map with `Types`.
fn endpoint(entry: &Entry) -> Entry {
    let make = Make(entry.value.span);
    let value = match &entry.value.kind {
        NodeKind::Map(_) if entry.value.get("Type").is_some() => {
            let member = |own: &Entry| match own.key.as_str() {
                "Type" => make.entry("Types", make.list([own.value.clone()])),
                "VPCEndpointIds" => Entry { key: "VpcEndpointIds".into(), ..own.clone() },
                _ => own.clone(),
            };
            make.entries(entry.value.entries().iter().map(member))
        }
        _ => make.map([("Types", make.list([entry.value.clone()]))]),
    };
    Entry { value, ..entry.clone_key() }
}

/// `Domain`: a name, and what of the API is under it.
fn domain(sam: &mut Sam<'_>, item: &Item<'_>, stage: &str) {
    let Some(entry) = item.entry("Domain") else { return };
    let Some(name) = entry.value.entry("DomainName") else { return };
    let make = Make(entry.key_span);
    let id = smol_str::format_smolstr!("ApiGatewayDomainName{}", domain_part(name));
    let regional = entry.value.get("EndpointConfiguration").and_then(Node::as_str) == Some("REGIONAL");
    let mut properties = vec![name.clone()];
    for own in entry.value.entries() {
        properties.extend(match own.key.as_str() {
            "CertificateArn" if regional => {
                Some(Entry { key: "RegionalCertificateArn".into(), ..own.clone() })
            }
            "CertificateArn"
            | "SecurityPolicy"
            | "MutualTlsAuthentication"
            | "OwnershipVerificationCertificateArn" => Some(own.clone()),
            "EndpointConfiguration" => Some(endpoint(own)),
            _ => None,
        });
    }
    let (domain_kind, mapping_kind) = match private(&entry.value) {
        true => ("AWS::ApiGateway::DomainNameV2", "AWS::ApiGateway::BasePathMappingV2"),
        false => ("AWS::ApiGateway::DomainName", "AWS::ApiGateway::BasePathMapping"),
    };
    sam.beside(item, id.clone(), domain_kind, entry.key_span, properties);
    let paths = paths(&entry.value);
    let mapping = |path: Option<&Node>| {
        let mut properties = vec![
            make.entry("DomainName", make.reference(&id)),
            make.entry("RestApiId", make.reference(&item.id)),
            make.entry("Stage", make.reference(stage)),
        ];
        properties.extend(path.map(|path| make.entry("BasePath", base_path(path))));
        properties
    };
    if paths.is_empty() {
        let mapped = mapping(None);
        sam.beside(item, item.named("BasePathMapping"), mapping_kind, entry.key_span, mapped);
    }
    for path in paths {
        let part = path.as_str().map(letters).unwrap_or_default();
        let id = item.named(&format!("{part}BasePathMapping"));
        sam.beside(item, id, mapping_kind, path.span, mapping(Some(path)));
    }
    record_sets(sam, item, entry);
}

/// Whether a domain is reached from VPCs only.
fn private(domain: &Node) -> bool {
    let endpoint = domain.get("EndpointConfiguration");
    let kind = endpoint.and_then(|endpoint| endpoint.as_str().or_else(|| endpoint.get("Type")?.as_str()));
    kind == Some("PRIVATE")
}

/// `Domain.BasePath`: a path or a list of them.
pub(super) fn paths(domain: &Node) -> &[Node] {
    match domain.get("BasePath") {
        Some(path) if path.as_str().is_some() => std::slice::from_ref(path),
        Some(paths) => paths.items(),
        None => &[],
    }
}

/// A base path has no slashes around it.
pub(super) fn base_path(path: &Node) -> Node {
    match path.as_str() {
        Some(text) => Make(path.span).text(text.trim_matches('/')),
        None => path.clone(),
    }
}

/// `Domain.Route53`.
pub(super) fn record_sets(sam: &mut Sam<'_>, item: &Item<'_>, domain: &Entry) {
    let Some(route) = domain.value.entry("Route53") else { return };
    let make = Make(route.key_span);
    let zone = route.value.entry("HostedZoneId").or(route.value.entry("HostedZoneName"));
    let part = zone.map(domain_part).unwrap_or_default();
    let mut properties = Vec::from_iter(zone.cloned());
    properties.push(make.entry("RecordSets", make.made_by("AWS::Serverless")));
    let id = smol_str::format_smolstr!("RecordSetGroup{part}");
    sam.beside(item, id, "AWS::Route53::RecordSetGroup", route.key_span, properties);
}

/// What stands for a domain in an id. (SAM takes a hash; ours can be read.)
pub(super) fn domain_part(name: &Entry) -> String {
    let text = name.value.as_str().or_else(|| name.value.entries().first()?.value.as_str());
    text.map(letters).unwrap_or_default()
}

/// Leave for the API to call the functions that authorize its callers.
fn authorizers(sam: &mut Sam<'_>, item: &Item<'_>) {
    let declared =
        item.get("Auth").and_then(|auth| auth.get("Authorizers")).map(Node::entries).unwrap_or_default();
    for authorizer in declared {
        let Some(arn) = authorizer.value.get("FunctionArn") else { continue };
        if matches!(
            authorizer.value.get("DisableFunctionDefaultPermissions").map(|n| &n.kind),
            Some(NodeKind::Bool(true))
        ) {
            continue;
        }
        let make = Make(authorizer.key_span);
        let mut properties = make.leave_to_invoke(arn, "apigateway.amazonaws.com");
        properties.push(make.entry("SourceArn", make.execute_api(&item.id, "authorizers/*")));
        let id = item.named(&format!("{}AuthorizerPermission", letters(&authorizer.key)));
        sam.beside(item, id, "AWS::Lambda::Permission", authorizer.key_span, properties);
    }
}

/// `Auth.UsagePlan`: a plan, a key, and the two together.
fn usage_plan(sam: &mut Sam<'_>, item: &Item<'_>, stage: &str) {
    let Some(plan) = item.get("Auth").and_then(|auth| auth.entry("UsagePlan")) else { return };
    let how = plan.value.get("CreateUsagePlan").and_then(Node::as_str);
    if how == Some("NONE") {
        return;
    }
    let shared = how == Some("SHARED");
    let id = |noun: &str| match shared {
        true => smol_str::format_smolstr!("Serverless{noun}"),
        false => item.named(noun),
    };
    let make = Make(plan.key_span);
    let of_stage = make.map([("ApiId", make.reference(&item.id)), ("Stage", make.reference(stage))]);
    let mut properties = vec![make.entry("ApiStages", make.list([of_stage]))];
    properties.extend(plan.value.entries().iter().filter(|own| own.key != "CreateUsagePlan").cloned());
    sam.beside(item, id("UsagePlan"), "AWS::ApiGateway::UsagePlan", plan.key_span, properties);
    let key = vec![make.entry("Enabled", make.bool(true))];
    sam.beside(item, id("ApiKey"), "AWS::ApiGateway::ApiKey", plan.key_span, key);
    let both = vec![
        make.entry("KeyId", make.reference(&id("ApiKey"))),
        make.entry("KeyType", make.text("API_KEY")),
        make.entry("UsagePlanId", make.reference(&id("UsagePlan"))),
    ];
    sam.beside(item, id("UsagePlanKey"), "AWS::ApiGateway::UsagePlanKey", plan.key_span, both);
}
