//! Context sets: what a rule can know about the account and organisation besides the record.

use super::Type;

/// A set or value that an account snapshot fills; unknown where none is loaded.
#[derive(Debug)]
pub struct ContextSet {
    /// As rules write it.
    pub name: &'static str,
    /// The type of its items.
    pub item: Type,
    /// What it holds.
    pub doc: &'static str,
}

impl ContextSet {
    /// The type of the set.
    pub fn ty(&self) -> Type {
        Type::List(Box::new(self.item.clone()))
    }
}

/// Every context set, sorted by name.
pub const ALL: &[ContextSet] = &[
    ContextSet {
        name: "account.ids",
        item: Type::String,
        doc: "The ids of the accounts that the loaded snapshot covers.",
    },
    ContextSet {
        name: "account.public_ips",
        item: Type::Ip,
        doc: "The public addresses of the account: Elastic IPs, instances, NAT gateways, load balancers.",
    },
    ContextSet {
        name: "account.regions",
        item: Type::String,
        doc: "The regions that are enabled in the account.",
    },
    ContextSet {
        name: "org.account_ids",
        item: Type::String,
        doc: "The ids of every account of the organisation.",
    },
    ContextSet {
        name: "org.management_account_ids",
        item: Type::String,
        doc: "The id of the organisation's management account.",
    },
    ContextSet {
        name: "org.ou_ids",
        item: Type::String,
        doc: "The ids of the organisation's roots and organisational units.",
    },
];

/// The context set with this name.
pub fn find(name: &str) -> Option<&'static ContextSet> {
    ALL.iter().find(|c| c.name == name)
}
