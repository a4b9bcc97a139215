//! The packs that are part of the binary.

use eyas_report::RuleMeta;
use eyas_template::schema::RULES;
use eyas_template::suppress::Peers;

/// A built-in rule file.
pub(crate) struct File {
    /// Its path below `policies/`.
    pub(crate) path: &'static str,
    /// The text.
    pub(crate) text: &'static str,
    /// The types of records that its rules are on; empty where it also declares what other
    /// files may use.
    pub(crate) types: &'static [&'static str],
    /// The ids of its rules.
    pub(crate) ids: &'static [&'static str],
    /// The text with empty lines in place of tests and samples.
    pub(crate) without_tests: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/pack.rs"));

/// The standard library: always there, no pack.
pub(crate) const STD: &str = "std";

/// The pack that a built-in file belongs to: the first folder of its path.
pub(crate) fn pack_of(path: &str) -> &str {
    path.split('/').next().unwrap_or(path)
}

/// The checks of templates themselves: no files, but switched on and off like a pack.
pub(crate) const TEMPLATE: &str = "template";

/// The checks of templates themselves, as reports describe rules.
pub(crate) fn template_checks() -> impl Iterator<Item = RuleMeta> {
    RULES.iter().map(|rule| RuleMeta {
        id: rule.id.to_owned(),
        title: rule.title.to_owned(),
        doc: rule.doc.to_owned(),
        severity: rule.severity,
        maps: Vec::new(),
        tags: Vec::new(),
        refs: Vec::new(),
    })
}

/// Which of our rules stand for those of other tools.
pub(crate) fn peers() -> Peers {
    let mut peers = Peers::default();
    PEERS.iter().for_each(|table| peers.extend(Peers::from_csv(table)));
    peers
}

/// The packs there are.
pub(crate) fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = FILES.iter().map(|file| pack_of(file.path)).filter(|n| *n != STD).collect();
    names.dedup();
    names.push(TEMPLATE);
    names
}
