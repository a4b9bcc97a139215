//! Which files are templates.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};

use eyas_template::document::decode;
use eyas_template::nested::Nearby;
use memchr::memmem;
use walkdir::{DirEntry, WalkDir};

use crate::exit::{self, Failure};

/// A file larger than this is not even read: CloudFormation takes at most 1 MB.
const LARGEST: u64 = 64 << 20;

/// Folders that hold what others wrote.
const FOREIGN_FOLDERS: [&str; 3] = ["node_modules", "__pycache__", "venv"];

/// A file that may be a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) path: PathBuf,
    /// Whether the user named it, rather than a folder that holds it.
    pub(super) named: bool,
}

/// What the arguments lead to.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Each file once, in the order of the arguments, folders sorted by name.
    pub(super) files: Vec<Candidate>,
    /// What could not be looked at, and why.
    pub(super) problems: Vec<(PathBuf, String)>,
}

/// Standard input, as people write it.
pub(super) fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// The files at `paths`; folders all the way down, without what is hidden.
pub(super) fn find(paths: &[PathBuf]) -> Found {
    let mut found = Found::default();
    for path in paths {
        if is_stdin(path) || !path.is_dir() {
            found.files.push(Candidate { path: path.clone(), named: true });
            continue;
        }
        let entries = WalkDir::new(path).follow_links(true).sort_by_file_name().into_iter();
        for entry in entries.filter_entry(|entry| entry.depth() == 0 || wanted(entry)) {
            match entry {
                Ok(entry) if entry.file_type().is_file() => {
                    found.files.push(Candidate { path: entry.into_path(), named: false });
                }
                Ok(_) => {}
                Err(error) => {
                    let at = error.path().unwrap_or(path).to_owned();
                    let why = match (error.loop_ancestor(), error.io_error()) {
                        (Some(above), _) => format!("it links back to `{}`", above.display()),
                        (None, Some(error)) => exit::plain(error),
                        (None, None) => "it is not there".to_owned(),
                    };
                    found.problems.push((at, why));
                }
            }
        }
    }
    let mut seen = HashSet::new();
    found.files.retain(|file| seen.insert(file.path.clone()));
    found
}

fn wanted(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    let hidden = name.to_string_lossy().starts_with('.');
    let foreign = || FOREIGN_FOLDERS.iter().any(|folder| name == OsStr::new(folder));
    !(hidden || entry.file_type().is_dir() && foreign())
}

/// The paths that a file lists, one a line, as `git diff --name-only` prints them. Files that
/// are no longer there are left out: a diff names deleted ones too.
pub(super) fn listed(list: &Path) -> Result<Vec<PathBuf>, Failure> {
    let read = |reader: &mut dyn BufRead| -> io::Result<Vec<PathBuf>> {
        let mut paths = Vec::new();
        for line in reader.lines() {
            let line = line?;
            let line = line.trim_end_matches('\r');
            if !line.is_empty() {
                paths.push(PathBuf::from(line));
            }
        }
        Ok(paths)
    };
    let paths = if is_stdin(list) {
        read(&mut io::stdin().lock())
    } else {
        fs::File::open(list).and_then(|file| read(&mut io::BufReader::new(file)))
    };
    let paths = paths.map_err(|error| {
        Failure::usage(format!("cannot read the list `{}`: {}", list.display(), exit::plain(&error)))
    })?;
    Ok(paths.into_iter().filter(|path| path.exists()).collect())
}

/// The bytes of a file or of standard input.
pub(super) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if is_stdin(path) {
        io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes)?;
    } else {
        fs::File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    }
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::other("larger than 64 MiB, which is no template"));
    }
    Ok(bytes)
}

/// The folder of a template: where its nested stacks' templates are.
pub(super) struct Folder(PathBuf);

impl Folder {
    /// The folder that holds a file; of standard input the working folder.
    pub(super) fn of(path: &Path) -> Self {
        Self(path.parent().unwrap_or(Path::new("")).to_owned())
    }
}

impl Nearby for Folder {
    fn read(&self, path: &str) -> Option<String> {
        let path = self.0.join(path);
        // No pipes and devices: they may never end.
        path.is_file().then(|| read(&path).ok()).flatten().and_then(|bytes| decode(bytes).ok())
    }
}

/// Whether a template may be in there: every template has `Resources`, in some encoding.
pub(super) fn may_be_template(bytes: &[u8]) -> bool {
    let wide: Vec<u8> = "Resources".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let section = memmem::find(bytes, b"Resources").is_some();
    // UTF-16 of either byte order holds the little-endian text, shifted by one.
    section
        || (bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF])) && {
            memmem::find(bytes, wide.get(..wide.len() - 1).unwrap_or_default()).is_some()
        }
}

/// What stands for types that cannot be told from the text.
pub(super) const ANY_TYPE: &str = "AWS::";

/// The resource types that a text names; [`ANY_TYPE`] where it may name others in another
/// encoding, by escapes, or by what a loop fills in.
pub(super) fn types_in(bytes: &[u8], into: &mut HashSet<String>) {
    let escapes = [b"\\u".as_slice(), b"\\x", b"\\U", b"\\\n", b"\\\r"];
    if bytes.contains(&0) || escapes.iter().any(|escape| memmem::find(bytes, escape).is_some()) {
        into.insert(ANY_TYPE.to_owned());
    }
    for at in memmem::find_iter(bytes, b"AWS::") {
        let rest = bytes.get(at..).unwrap_or_default();
        let len = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b':').count();
        let filled_in = matches!(rest.get(len), Some(b'$' | b'&'));
        let name = rest.get(..len).and_then(|name| std::str::from_utf8(name).ok());
        if let Some(name) = name.map(|name| if filled_in { ANY_TYPE } else { name })
            && !into.contains(name)
        {
            into.insert(name.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_found_in_any_text() {
        let mut types = HashSet::new();
        types_in(b"Type: AWS::EC2::Instance\n{\"Ref\": \"AWS::Region\"} AWS::", &mut types);
        let mut types: Vec<_> = types.into_iter().collect();
        types.sort();
        assert_eq!(types, ["AWS::", "AWS::EC2::Instance", "AWS::Region"]);
        for text in ["A\0W\0S\0", r#""AWS\u003a:EC2""#, "AWS::SNS::T${X}", "AWS::SNS::&{X}"] {
            let mut types = HashSet::new();
            types_in(text.as_bytes(), &mut types);
            assert!(types.contains(ANY_TYPE), "{text}");
        }
    }

    #[test]
    fn templates_are_told_by_content_in_any_encoding() {
        let utf16 = |to: fn(u16) -> [u8; 2], mark: [u8; 2]| {
            mark.into_iter().chain("Resources: {}".encode_utf16().flat_map(to)).collect::<Vec<u8>>()
        };
        assert!(may_be_template(b"Resources:\n  A: {}"));
        assert!(may_be_template(&utf16(u16::to_le_bytes, [0xFF, 0xFE])));
        assert!(may_be_template(&utf16(u16::to_be_bytes, [0xFE, 0xFF])));
        assert!(!may_be_template(b"{\"resources\": []}"));
    }
}
