//! Our side: the built-in pack, planned, and rule sets made for the purpose.

use std::fs;
use std::path::{Path, PathBuf};

use eyas_engine::Plan;
use eyas_lang::catalog::Catalog;
use eyas_lang::source::{SourceFile, SourceKind, Sources};
use eyas_lang::types::{CheckOptions, Checked, load};

/// The project's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The built-in pack's files: `(path below policies/, text)`.
pub fn pack() -> Vec<(String, String)> {
    let base = root().join("policies");
    let mut files = Vec::new();
    let mut folders = vec![base.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "eyas")
                && let (Ok(name), Ok(text)) = (path.strip_prefix(&base), fs::read_to_string(&path))
            {
                files.push((name.display().to_string(), text));
            }
        }
    }
    files.sort();
    files
}

/// Files as the language takes them.
pub fn sources(files: &[(String, String)]) -> Sources {
    let mut sources = Sources::default();
    for (name, text) in files {
        let folder = Path::new(name).parent().map(|p| p.display().to_string()).unwrap_or_default();
        sources.add(SourceFile {
            name: name.clone(),
            text: text.as_str().into(),
            kind: SourceKind::Eyas,
            default_package: folder.replace('/', "."),
            builtin: true,
        });
    }
    sources
}

/// Checks every file.
pub fn check(sources: &Sources) -> Checked {
    load(sources, Catalog::builtin(), &CheckOptions::default())
}

/// The plan of a rule set.
pub fn plan(files: &[(String, String)]) -> Plan {
    let sources = sources(files);
    Plan::new(&check(&sources).rules, &sources, Default::default()).0
}

/// `count` rules of the usual shape, spread over the event names: a larger set has more rules for
/// each name, so both meet the same events.
pub fn made(count: usize, names: &[String]) -> Vec<(String, String)> {
    let rules = (0..count).map(|i| {
        let name = &names[i % names.len()];
        format!(
            "rule r{i} on cloudtrail {{\n  severity: low\n  when: ct.name = {name} and not ct.error exists \
             and ct.useragent contains \"tool-{i}\" and not ct.user.identitytype = AWSService\n  \
             message: \"{{ct.user}} {{ct.name}}\"\n}}\n"
        )
    });
    vec![("made.eyas".to_owned(), rules.collect())]
}

/// The pack several times over, in packages of their own, with tests: about `rules` rules.
pub fn many(files: &[(String, String)], rules: usize) -> Vec<(String, String)> {
    let count = |text: &str| text.lines().filter(|line| line.starts_with("rule ")).count();
    let (std, pack): (Vec<_>, Vec<_>) = files.iter().partition(|(name, _)| name.starts_with("std/"));
    let mut out: Vec<(String, String)> = std.into_iter().cloned().collect();
    let mut made = 0;
    for copy in 0.. {
        for (name, text) in &pack {
            if made >= rules {
                return out;
            }
            made += count(text);
            out.push((
                format!("c{copy}/{name}"),
                text.replace("package aws.", &format!("package c{copy}.aws.")),
            ));
        }
        if pack.is_empty() {
            return out;
        }
    }
    out
}
