//! `AWS::Serverless::HttpApi`, the HTTP API that is there because of events, and
//! `AWS::Serverless::WebSocketApi`.

use super::api::{base_path, body, domain_part, paths, record_sets};
use super::make::Make;
use super::{Item, Sam, letters};
use crate::document::{Entry, Node};

/// Properties of a stage that go on under their own names.
const STAGE: [&str; 4] = ["AccessLogSettings", "DefaultRouteSettings", "RouteSettings", "StageVariables"];

/// `Tags` stay a map here; SAM adds one.
fn tags(item: &Item<'_>, created_by: &'static str) -> Entry {
    let make = item.make();
    let own = make.entry(created_by, make.text("SAM"));
    let written = item.get("Tags").map(Node::entries).unwrap_or_default();
    make.entry("Tags", make.entries(written.iter().cloned().chain([own])))
}

pub(super) fn expand(sam: &mut Sam<'_>, item: &Item<'_>) {
    let make = item.make();
    let mut properties = item.carry(&["Description", "DisableExecuteApiEndpoint", "FailOnWarnings", "Name"]);
    properties.push(body(item, "DefinitionUri", "BodyS3Location"));
    properties.extend(item.carry(&["CorsConfiguration"]));
    properties.push(tags(item, "httpapi:createdBy"));
    sam.main(item, "AWS::ApiGatewayV2::Api", properties);
    let name = item.get("StageName");
    let suffix = match name.map(Node::as_str) {
        None => "ApiGatewayDefaultStage".to_owned(),
        Some(Some("$default")) => "ApiGatewayDefaultStage".to_owned(),
        Some(Some(name)) => format!("{}Stage", letters(name)),
        Some(None) => "Stage".to_owned(),
    };
    let mut properties = vec![
        make.entry("ApiId", make.reference(&item.id)),
        make.entry("StageName", name.cloned().unwrap_or_else(|| make.text("$default"))),
        make.entry("AutoDeploy", make.bool(true)),
    ];
    properties.extend(item.carry(&STAGE));
    properties.push(tags(item, "httpapi:createdBy"));
    let at = item.entry("StageName").map_or(item.id_span, |entry| entry.key_span);
    let stage = item.named(&suffix);
    sam.beside(item, stage.clone(), "AWS::ApiGatewayV2::Stage", at, properties);
    domain(sam, item, &stage);
}

pub(super) fn expand_web_socket(sam: &mut Sam<'_>, item: &Item<'_>) {
    let make = item.make();
    let mut properties = item.carry(&[
        "ApiKeySelectionExpression",
        "Description",
        "DisableExecuteApiEndpoint",
        "DisableSchemaValidation",
        "IpAddressType",
        "Name",
        "RouteSelectionExpression",
    ]);
    properties.push(tags(item, "websocketapi:createdBy"));
    properties.push(make.entry("ProtocolType", make.text("WEBSOCKET")));
    sam.main(item, "AWS::ApiGatewayV2::Api", properties);
    let mut properties = vec![
        make.entry("ApiId", make.reference(&item.id)),
        make.entry("StageName", item.get("StageName").cloned().unwrap_or_else(|| make.text("default"))),
        make.entry("AutoDeploy", make.bool(true)),
    ];
    properties.extend(item.carry(&STAGE));
    properties.push(tags(item, "websocketapi:createdBy"));
    let suffix = match item.get("StageName").map(Node::as_str) {
        Some(name) => format!("{}Stage", letters(name.unwrap_or_default())),
        None => "DefaultStage".to_owned(),
    };
    let stage = item.named(&suffix);
    sam.beside(item, stage.clone(), "AWS::ApiGatewayV2::Stage", item.id_span, properties);
    domain(sam, item, &stage);
    routes(sam, item);
}

/// A route of a web socket API: who may call it, and what it calls.
fn routes(sam: &mut Sam<'_>, item: &Item<'_>) {
    let routes = item.get("Routes").map(Node::entries).unwrap_or_default();
    for route in routes {
        let make = Make(route.key_span);
        let name = route_name(&route.key);
        let id = |noun: &str| item.named(&format!("{name}{noun}"));
        let mut properties = vec![
            make.entry("ApiId", make.reference(&item.id)),
            make.entry("RouteKey", make.text(route.key.clone())),
        ];
        let auth = item.get("Auth").and_then(|auth| auth.get("AuthType"));
        properties.extend(auth.map(|auth| make.entry("AuthorizationType", auth.clone())));
        properties.extend(route.value.entry("ApiKeyRequired").cloned());
        sam.beside(item, id("Route"), "AWS::ApiGatewayV2::Route", route.key_span, properties);
        let Some(arn) = route.value.get("FunctionArn") else { continue };
        let properties = vec![
            make.entry("ApiId", make.reference(&item.id)),
            make.entry("IntegrationType", make.text("AWS_PROXY")),
            make.entry("IntegrationUri", make.made_by("AWS::Serverless")),
        ];
        sam.beside(item, id("Integration"), "AWS::ApiGatewayV2::Integration", route.key_span, properties);
        let mut properties = make.leave_to_invoke(arn, "apigateway.amazonaws.com");
        properties.push(make.entry("SourceArn", make.execute_api(&item.id, "*")));
        sam.beside(item, id("Permission"), "AWS::Lambda::Permission", route.key_span, properties);
    }
}

/// `$connect` is `Connect` in an id.
fn route_name(key: &str) -> String {
    let name = letters(key);
    match key.strip_prefix('$').and_then(|key| key.chars().next()) {
        Some(first) => format!("{}{}", first.to_ascii_uppercase(), name.get(1..).unwrap_or("")),
        None => name,
    }
}

fn domain(sam: &mut Sam<'_>, item: &Item<'_>, stage: &str) {
    let Some(entry) = item.entry("Domain") else { return };
    let Some(name) = entry.value.entry("DomainName") else { return };
    let make = Make(entry.key_span);
    let id = smol_str::format_smolstr!("ApiGatewayDomainNameV2{}", domain_part(name));
    let mut configuration: Vec<Entry> = Vec::new();
    for (from, to) in [
        ("CertificateArn", "CertificateArn"),
        ("EndpointConfiguration", "EndpointType"),
        ("SecurityPolicy", "SecurityPolicy"),
    ] {
        configuration.extend(entry.value.entry(from).map(|own| Entry { key: to.into(), ..own.clone() }));
    }
    let mut properties =
        vec![name.clone(), make.entry("DomainNameConfigurations", make.list([make.entries(configuration)]))];
    properties.extend(entry.value.entry("MutualTlsAuthentication").cloned());
    sam.beside(item, id.clone(), "AWS::ApiGatewayV2::DomainName", entry.key_span, properties);
    let mapping = |path: Option<&Node>| {
        let mut properties = vec![
            make.entry("DomainName", make.reference(&id)),
            make.entry("ApiId", make.reference(&item.id)),
            make.entry("Stage", make.reference(stage)),
        ];
        properties.extend(path.map(|path| make.entry("ApiMappingKey", base_path(path))));
        properties
    };
    let paths = paths(&entry.value);
    if paths.is_empty() {
        let mapped = mapping(None);
        sam.beside(item, item.named("ApiMapping"), "AWS::ApiGatewayV2::ApiMapping", entry.key_span, mapped);
    }
    for path in paths {
        let part = path.as_str().map(letters).unwrap_or_default();
        let id = item.named(&format!("{part}ApiMapping"));
        sam.beside(item, id, "AWS::ApiGatewayV2::ApiMapping", path.span, mapping(Some(path)));
    }
    record_sets(sam, item, entry);
}
