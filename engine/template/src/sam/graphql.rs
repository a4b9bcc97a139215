//! `AWS::Serverless::GraphQLApi`: the API itself; its data sources and resolvers are not looked at.

use super::make::Make;
use super::{Item, Sam};

pub(super) fn expand(sam: &mut Sam<'_>, item: &Item<'_>) {
    let make = item.make();
    let mut properties = item.carry(&[
        "EnvironmentVariables",
        "IntrospectionConfig",
        "OwnerContact",
        "QueryDepthLimit",
        "ResolverCountLimit",
        "Visibility",
        "XrayEnabled",
    ]);
    properties.push(match item.entry("Name") {
        Some(name) => name.clone(),
        None => make.entry("Name", make.text(item.id.clone())),
    });
    properties.extend(item.renamed("Logging", "LogConfig"));
    if let Some(auth) = item.entry("Auth") {
        let at = Make(auth.key_span);
        let own = [
            ("Type", "AuthenticationType"),
            ("LambdaAuthorizer", "LambdaAuthorizerConfig"),
            ("OpenIDConnect", "OpenIDConnectConfig"),
            ("UserPool", "UserPoolConfig"),
            ("Additional", "AdditionalAuthenticationProviders"),
        ];
        let found = own.iter().filter_map(|(from, to)| Some(at.entry(*to, auth.value.get(from)?.clone())));
        properties.extend(found);
    }
    properties.extend(item.tags());
    sam.main(item, "AWS::AppSync::GraphQLApi", properties);
    if item.get("DataSources").is_some() || item.get("Resolvers").is_some() {
        let message = format!("the data sources and resolvers of `{}` are not looked at", item.id);
        sam.note(item.id_span, message);
    }
}
