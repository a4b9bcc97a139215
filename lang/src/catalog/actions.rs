//! The actions that IAM knows, with their access levels.
//!
//! The table is text (`lang/catalog/actions.txt`), made by `cargo xtask catalog`: a line `[s3]`
//! for each service, then a line for each of its actions: the level's letter, `+` where a policy
//! can limit the action to some resources or `-` where not, the name. AWS adds and removes
//! actions all the time, so that one that is not here may still exist.

use std::collections::BTreeMap;
use std::sync::OnceLock;

const TABLE: &str = include_str!("../../catalog/actions.txt");

/// What an action does, as AWS classes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// Lists resources.
    List,
    /// Reads their content.
    Read,
    /// Makes, changes or deletes.
    Write,
    /// Changes tags.
    Tagging,
    /// Grants or changes rights.
    Permissions,
}

impl Level {
    /// All levels.
    pub const ALL: [Level; 5] = [Level::List, Level::Read, Level::Write, Level::Tagging, Level::Permissions];

    /// Its name in rules.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::List => "list",
            Level::Read => "read",
            Level::Write => "write",
            Level::Tagging => "tagging",
            Level::Permissions => "permissions",
        }
    }

    /// The level with this name, any case; AWS's own `Permissions management` too.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        Self::ALL
            .into_iter()
            .find(|level| text == level.as_str() || text.split(' ').next() == Some(level.as_str()))
    }

    fn of_letter(letter: u8) -> Option<Self> {
        Some(match letter {
            b'L' => Level::List,
            b'R' => Level::Read,
            b'W' => Level::Write,
            b'T' => Level::Tagging,
            b'P' => Level::Permissions,
            _ => return None,
        })
    }
}

/// An action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Action {
    /// Without its service: `GetObject`.
    pub name: &'static str,
    /// Its access level.
    pub level: Level,
    /// Whether a policy can limit it to some resources.
    pub limitable: bool,
}

/// The services, by the prefix of their actions, in the order of the prefixes.
pub fn services() -> impl Iterator<Item = &'static str> {
    table().keys().copied()
}

/// The actions of a service, sorted by name; none for a service that is not known.
pub fn of_service(prefix: &str) -> impl Iterator<Item = Action> + use<> {
    table().get(prefix).copied().unwrap_or_default().lines().filter_map(|line| {
        let [level, limit, ..] = *line.as_bytes() else { return None };
        Some(Action { name: line.get(2..)?, level: Level::of_letter(level)?, limitable: limit == b'+' })
    })
}

fn table() -> &'static BTreeMap<&'static str, &'static str> {
    static TABLES: OnceLock<BTreeMap<&'static str, &'static str>> = OnceLock::new();
    TABLES.get_or_init(|| {
        let sections = TABLE.split("\n[").skip(1);
        sections.filter_map(|section| section.split_once("]\n")).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read() {
        let lines = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with(['#', '['])).count();
        assert_eq!(services().flat_map(of_service).count(), lines);
        assert!(lines > 20_000 && services().count() > 400);
    }

    #[test]
    fn levels_and_limits_are_those_of_aws() {
        let find = |service: &str, name: &str| of_service(service).find(|action| action.name == name);
        let wanted = |name, level, limitable| Some(Action { name, level, limitable });
        assert_eq!(find("s3", "GetObject"), wanted("GetObject", Level::Read, true));
        assert_eq!(find("s3", "ListAllMyBuckets"), wanted("ListAllMyBuckets", Level::List, false));
        assert_eq!(find("iam", "PassRole").map(|action| action.limitable), Some(true));
        assert_eq!(find("s3", "PutBucketPolicy").map(|action| action.level), Some(Level::Permissions));
        assert_eq!(Level::parse("Permissions management"), Some(Level::Permissions));
    }
}
