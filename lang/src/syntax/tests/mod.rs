//! Tests of the whole of reading: messages, conformance with Falco, damage of every kind.

mod conformance;
mod damage;
mod errors;
pub(crate) mod generators;

/// One of every construct.
pub(crate) const SAMPLE: &str = include_str!("sample.eyas");

/// The sample and every rule file of the project.
pub(crate) fn rule_files() -> Vec<String> {
    let mut files = vec![SAMPLE.to_owned()];
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../policies"))];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ext| ext == "eyas") {
                files.push(std::fs::read_to_string(&path).expect("a rule file is readable"));
            }
        }
    }
    files
}
