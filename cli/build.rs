//! Embeds the built-in packs: a table of every `.eyas` file under `policies/`, so that adding a
//! rule is adding a file. Each is there twice: as it is, and without its tests, which are more
//! than half of the text and no concern of a run.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env_var("CARGO_MANIFEST_DIR")?).join("../policies");
    let mut files = Vec::new();
    collect(&root, &mut files)?;
    files.sort();
    let out = PathBuf::from(env_var("OUT_DIR")?);
    let mut table = String::from("pub(crate) static FILES: &[File] = &[\n");
    let texts = files.iter().map(fs::read_to_string).collect::<io::Result<Vec<_>>>()?;
    for (i, (file, text)) in files.iter().zip(&texts).enumerate() {
        let relative = file.strip_prefix(&root).map_err(io::Error::other)?;
        let name =
            relative.components().map(|c| c.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
        let absolute = fs::canonicalize(file)?.display().to_string();
        println!("cargo::rerun-if-changed={absolute}");
        let (types, ids) = rules_of(text, &name, &texts);
        let stripped = out.join(format!("{i}.eyas")).display().to_string();
        fs::write(&stripped, blank_tests(text))?;
        writeln!(
            table,
            "    File {{ path: {name:?}, types: &{types:?}, ids: &{ids:?}, text: include_str!({absolute:?}), without_tests: include_str!({stripped:?}) }},",
        )
        .map_err(io::Error::other)?;
    }
    table.push_str("];\n");
    table.push_str(&peers(&root.join("peers"))?);
    fs::write(out.join("pack.rs"), table)
}

/// The tables that say which of our rules stand for those of other tools.
fn peers(folder: &Path) -> io::Result<String> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|e| e == "csv"));
    files.sort();
    let mut table = String::from("pub(crate) static PEERS: &[&str] = &[\n");
    for file in files {
        let absolute = fs::canonicalize(file)?.display().to_string();
        println!("cargo::rerun-if-changed={absolute}");
        writeln!(table, "    include_str!({absolute:?}),").map_err(io::Error::other)?;
    }
    table.push_str("];\n");
    Ok(table)
}

/// The text with an empty line for each line of a test or sample, so that places stay right.
/// Files of the pack are formatted: a declaration starts and ends at the start of a line.
fn blank_tests(text: &str) -> String {
    let mut inside = false;
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        inside |= line.starts_with("test ") || line.starts_with("sample ");
        if !inside {
            out.push_str(line);
        }
        inside &= !line.starts_with('}');
        out.push('\n');
    }
    out
}

/// The types that the rules of a file are on, and the ids of the rules. No types where the file
/// declares something that another file of `all` uses.
fn rules_of(text: &str, path: &str, all: &[String]) -> (Vec<String>, Vec<String>) {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder).replace('/', ".");
    let named = text.lines().find_map(|line| line.strip_prefix("package "));
    let package = named.map_or(folder.as_str(), |rest| rest.split('#').next().unwrap_or(rest).trim());
    let (mut types, mut ids, mut names, mut set) = (Vec::new(), Vec::new(), Vec::new(), false);
    for line in text.lines() {
        let mut words = line.split_whitespace();
        match (line.starts_with(char::is_whitespace), words.next()) {
            (false, Some("rule" | "sequence")) => {
                let name = words.next().unwrap_or_default();
                let on = words.nth(1).unwrap_or_default().to_owned();
                ids.push(format!("{package}.{name}"));
                if !types.contains(&on) {
                    types.push(on);
                }
            }
            // The user's configuration may set it.
            (false, Some("param")) => set = true,
            (false, Some("macro" | "list" | "sample" | "pattern")) => {
                let name = words.next().unwrap_or_default();
                names.push(name.split(['(', ':', '=']).next().unwrap_or(name));
            }
            _ => {}
        }
    }
    let elsewhere = |name: &&str| all.iter().any(|other| other != text && has_word(other, name));
    if set || names.iter().any(elsewhere) {
        types.clear();
    }
    (types, ids)
}

fn has_word(text: &str, word: &str) -> bool {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    text.match_indices(word)
        .any(|(at, _)| !part(text[..at].chars().next_back()) && !part(text[at + word.len()..].chars().next()))
}

fn env_var(name: &str) -> io::Result<String> {
    env::var(name).map_err(|e| io::Error::other(format!("{name}: {e}")))
}

fn collect(folder: &Path, out: &mut Vec<PathBuf>) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, out)?;
        } else if path.extension().is_some_and(|e| e == "eyas") {
            out.push(path);
        }
    }
    Ok(())
}
