//! Rule files: found, read, and put beside the built-in ones.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use eyas_lang::source::{SourceFile, SourceKind, Sources};
use walkdir::WalkDir;

use crate::config::Settings;
use crate::exit::{self, Failure};
use crate::pack;
use crate::screen::Screen;

/// A rule file larger than this is none.
const LARGEST: u64 = 64 << 20;

/// The record types that are judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Types {
    /// All resources.
    Resources,
    /// These.
    These(HashSet<String>),
}

impl Types {
    /// Whether a built-in file has something for them.
    fn want(&self, file: &pack::File) -> bool {
        let wanted = |on: &&str| match self {
            Self::Resources => on.contains("::"),
            Self::These(types) => types.contains(*on),
        };
        file.types.is_empty() || file.types.iter().any(wanted)
    }
}

/// Which built-in files come along. The standard library always does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Builtin<'t> {
    /// As [`Builtin::Packs`], the files with rules on these types.
    PacksFor(&'t Types),
    /// The packs that the settings name; their tests left out.
    Packs,
    /// The packs that the settings name.
    PacksWithTests,
    /// The packs that the user's rules may refer to.
    AsNeeded,
}

/// Rule files as text.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    /// All files, the built-in ones first.
    pub(crate) sources: Sources,
    /// How many of them are the user's.
    pub(crate) own: usize,
    /// Whether a file of the user's could not be read; it was named.
    pub(crate) unreadable: bool,
}

/// Reads the files at `paths` (folders all the way down) and the built-in ones. A file that
/// cannot be read is named, and the rest goes on.
pub(crate) fn load(
    paths: &[PathBuf],
    builtin: Builtin<'_>,
    settings: &Settings,
    screen: &Screen,
) -> Result<Loaded, Failure> {
    let mut own = Vec::new();
    let mut unreadable = false;
    let (files, all_found) = find(paths, settings, screen)?;
    unreadable |= !all_found;
    for found in files {
        match read(&found) {
            Ok(Some(file)) => own.push(file),
            Ok(None) => {}
            Err(error) => {
                screen
                    .error(&format!("cannot read `{}`: {}", found.path.display(), exit::plain(&error)), None);
                unreadable = true;
            }
        }
    }
    let mut sources = Sources::default();
    for file in builtin_files(builtin, settings, &own) {
        if !own.iter().any(|o| replaces(o, &file)) {
            sources.add(file);
        }
    }
    let count = own.len();
    for file in own {
        sources.add(file);
    }
    Ok(Loaded { sources, own: count, unreadable })
}

/// A rule file and the folder that its package is counted from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// As the user would type it.
    pub(crate) path: PathBuf,
    /// The rules root.
    root: PathBuf,
    /// Whether the user named this very file.
    named: bool,
}

/// The rule files at `paths`, each once, in the order of the paths and by name below them, and
/// whether every folder could be read; those that could not are named.
pub(crate) fn find(
    paths: &[PathBuf],
    settings: &Settings,
    screen: &Screen,
) -> Result<(Vec<Found>, bool), Failure> {
    let mut found: Vec<Found> = Vec::new();
    let mut complete = true;
    for path in paths {
        let metadata = fs::metadata(path).map_err(|e| {
            Failure::usage(format!("cannot read the rules at `{}`: {}", path.display(), exit::plain(&e)))
        })?;
        if metadata.is_dir() {
            let root = root_of(path, settings).unwrap_or_else(|| path.clone());
            for file in walk(path) {
                match file {
                    Ok(file) => found.push(Found { path: file, root: root.clone(), named: false }),
                    Err(why) => {
                        screen.error(&why, None);
                        complete = false;
                    }
                }
            }
        } else {
            let folder = path.parent().unwrap_or(Path::new("")).to_owned();
            let root = root_of(path, settings).unwrap_or(folder);
            found.push(Found { path: path.clone(), root, named: true });
        }
    }
    let mut seen = HashSet::new();
    found.retain(|f| seen.insert(fs::canonicalize(&f.path).unwrap_or_else(|_| f.path.clone())));
    Ok((found, complete))
}

/// The configured rules folder that holds `path`: packages are counted from there, so that
/// checking one file or one subfolder gives the same names as checking everything.
fn root_of(path: &Path, settings: &Settings) -> Option<PathBuf> {
    let path = fs::canonicalize(path).ok()?;
    let mut roots = settings.paths.value.iter().filter_map(|root| fs::canonicalize(root).ok());
    roots.find(|root| root.is_dir() && path.starts_with(root))
}

/// The rule files in a folder, all the way down, or why a part of it cannot be read.
fn walk(folder: &Path) -> impl Iterator<Item = Result<PathBuf, String>> {
    let hidden = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with('.');
    let entries = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
    entries.filter_entry(move |entry| entry.depth() == 0 || !hidden(entry.file_name())).filter_map(|entry| {
        match entry {
            Ok(entry) => {
                let is_rules = entry.file_type().is_file() && kind(entry.path()).is_some();
                is_rules.then(|| Ok(entry.into_path()))
            }
            Err(error) => {
                let path = error.path().unwrap_or(Path::new("")).display();
                let why = match (error.loop_ancestor(), error.io_error()) {
                    (Some(above), _) => format!("it links back to `{}`", above.display()),
                    (None, Some(error)) => exit::plain(error),
                    (None, None) => "it is not there".to_owned(),
                };
                Some(Err(format!("cannot read `{path}`: {why}")))
            }
        }
    })
}

fn kind(path: &Path) -> Option<SourceKind> {
    match path.extension()?.to_str()? {
        "eyas" => Some(SourceKind::Eyas),
        "yaml" | "yml" => Some(SourceKind::Falco),
        _ => None,
    }
}

/// The file as a source; `None` for YAML in a folder that holds no Falco rules.
fn read(found: &Found) -> io::Result<Option<SourceFile>> {
    let text = read_text(&found.path)?;
    let kind = kind(&found.path).unwrap_or(SourceKind::Eyas);
    if kind == SourceKind::Falco && !found.named && !looks_like_falco(&text) {
        return Ok(None);
    }
    Ok(Some(SourceFile {
        name: found.path.display().to_string(),
        text: Arc::from(text),
        kind,
        default_package: default_package(&found.path, &found.root),
        builtin: false,
    }))
}

/// The text of a rule file, of a bearable size and in UTF-8.
pub(crate) fn read_text(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::other("larger than 64 MiB, which is no rule file"));
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    String::from_utf8(bytes)
        .map_err(|e| io::Error::other(format!("not UTF-8 text (byte {})", e.utf8_error().valid_up_to())))
}

fn looks_like_falco(text: &str) -> bool {
    let keys = ["rule:", "macro:", "list:", "required_engine_version:", "required_plugin_versions:"];
    text.lines().filter_map(|line| line.trim_start().strip_prefix("- ")).any(|item| {
        let item = item.trim_start();
        keys.iter().any(|key| item.starts_with(key))
    })
}

/// The folder below the rules root with dots for slashes; the file's own name at the root.
fn default_package(path: &Path, root: &Path) -> String {
    let canonical = |p: &Path| fs::canonicalize(p).ok();
    let below = match path.strip_prefix(root) {
        Ok(below) => Some(below.to_owned()),
        Err(_) => {
            canonical(path).zip(canonical(root)).and_then(|(p, r)| p.strip_prefix(r).map(Path::to_owned).ok())
        }
    };
    let folder = below.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
    let names: Vec<String> = folder
        .components()
        .filter_map(|c| match c {
            Component::Normal(name) => Some(identifier(&name.to_string_lossy())),
            _ => None,
        })
        .collect();
    if names.is_empty() {
        identifier(&path.file_stem().unwrap_or_default().to_string_lossy())
    } else {
        names.join(".")
    }
}

/// The name with everything that no identifier can hold replaced by `_`.
fn identifier(name: &str) -> String {
    let mut out: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if !out.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        out.insert(0, '_');
    }
    out
}

fn builtin_files(builtin: Builtin<'_>, settings: &Settings, own: &[SourceFile]) -> Vec<SourceFile> {
    let wanted = |pack: &str| {
        let enabled = settings.packs.value.as_ref().is_none_or(|packs| packs.iter().any(|p| p == pack));
        let needed = || builtin != Builtin::AsNeeded || own.iter().any(|file| mentions(&file.text, pack));
        pack == pack::STD || (enabled && needed())
    };
    // The user's own tests may build on the samples of the standard library.
    let bare = matches!(builtin, Builtin::Packs | Builtin::PacksFor(_));
    let without_tests = |pack: &str| bare && (pack != pack::STD || own.is_empty());
    let files =
        pack::FILES.iter().map(|file| (pack::pack_of(file.path), file)).filter(|(pack, _)| wanted(pack));
    let concerns = |file: &pack::File| match builtin {
        // The user's rules may use what any file declares.
        Builtin::PacksFor(types) => !own.is_empty() || types.want(file),
        _ => true,
    };
    files
        .filter(|(_, file)| concerns(file))
        .map(|(pack, file)| SourceFile {
            name: format!("<built-in>/{}", file.path),
            text: Arc::from(if without_tests(pack) { file.without_tests } else { file.text }),
            kind: SourceKind::Eyas,
            default_package: default_package(Path::new(file.path), Path::new("")),
            builtin: true,
        })
        .collect()
}

/// Whether a name of the pack may occur in the text: `aws.` at the start of a word.
fn mentions(text: &str, pack: &str) -> bool {
    let name = format!("{pack}.");
    text.match_indices(&name).any(|(at, _)| {
        let before = text.get(..at).and_then(|t| t.chars().next_back());
        !before.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
    })
}

/// Whether a file of the user's stands for a built-in one: the same package and file name. That
/// is how somebody who works on the built-in rules checks the files at hand and not the ones
/// that the binary was built with.
fn replaces(own: &SourceFile, builtin: &SourceFile) -> bool {
    let name = |file: &SourceFile| Path::new(&file.name).file_name().map(std::ffi::OsStr::to_owned);
    own.kind == builtin.kind && name(own) == name(builtin) && package(own) == package(builtin)
}

fn package(file: &SourceFile) -> &str {
    let line = file.text.lines().find_map(|line| line.strip_prefix("package "));
    line.map_or(file.default_package.as_str(), |rest| rest.split('#').next().unwrap_or(rest).trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_follow_the_folders_below_the_root() {
        let package = |path: &str, root: &str| default_package(Path::new(path), Path::new(root));
        assert_eq!(package("policies/aws/ec2/run.eyas", "policies"), "aws.ec2");
        assert_eq!(package("my-rules/own.eyas", "my-rules"), "own");
        assert_eq!(package("own.eyas", ""), "own");
        assert_eq!(package("r/2024/my team/x.eyas", "r"), "_2024.my_team");
    }

    #[test]
    fn packs_come_along_where_they_are_mentioned() {
        assert!(mentions("use aws.ec2\n", "aws"));
        assert!(mentions("when: aws.ec2.is_admin", "aws"));
        assert!(!mentions("ct.src = ec2.amazonaws.com and std.aws.succeeded", "aws"));
    }

    #[test]
    fn yaml_without_falco_rules_is_told_apart() {
        assert!(looks_like_falco("# x\n- macro: a\n  condition: b\n"));
        assert!(!looks_like_falco("Resources:\n  A:\n    Type: AWS::EC2::Instance\n"));
    }
}
