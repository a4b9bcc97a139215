//! `--fix`: the rules' own changes, made in the files.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use eyas_engine::eval::Session;
use eyas_report::Ignores;
use eyas_template::document::decode;
use eyas_template::fix::fix;
use eyas_template::judge::judge_text;
use similar::TextDiff;

use super::files::{self, Candidate};
use super::run::{Run, name};
use crate::compile::counted;
use crate::exit::Failure;
use crate::output;

const BOM: &[u8] = b"\xef\xbb\xbf";

impl Run<'_> {
    /// Makes the fixes in the files, or shows them; every file's changes as a diff.
    pub(super) fn fix(&self, candidates: &[Candidate], dry: bool) -> Result<(), Failure> {
        let mut session = Session::new(&self.planned.plan);
        let mut ignores = output::ignores(self.settings);
        let (mut findings, mut changed) = (0, 0);
        for file in candidates {
            let Some((mark, before)) = self.readable(file) else { continue };
            let (after, mended) = self.fixed(file, &before, &mut session, &mut ignores);
            if mended == 0 {
                continue;
            }
            self.show(&name(file), &before, &after)?;
            if !dry {
                write(&file.path, mark, &after).map_err(Failure::file("write", &file.path))?;
            }
            findings += mended;
            changed += 1;
        }
        let verb = if dry { "would be mended" } else { "mended" };
        self.screen.tell(&match changed {
            0 => "nothing that eyas can mend by itself".to_owned(),
            _ => format!("{} {verb} in {}", counted(findings, "finding"), counted(changed, "file")),
        });
        Ok(())
    }

    /// The text of a file that can be written back as it was read, and its byte order mark.
    fn readable(&self, file: &Candidate) -> Option<(&'static [u8], String)> {
        // What is wrong with others is told when they are judged.
        let bytes = files::read(&file.path).ok().filter(|bytes| files::may_be_template(bytes))?;
        let mark = if bytes.starts_with(BOM) { BOM } else { b"" };
        let wide = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
        if wide {
            self.screen.warning(&format!("`{}` is UTF-16 text: it is judged, not mended", name(file)));
            return None;
        }
        Some((mark, decode(bytes).ok()?))
    }

    fn fixed(
        &self,
        file: &Candidate,
        text: &str,
        session: &mut Session<'_>,
        ignores: &mut Ignores,
    ) -> (String, usize) {
        let name = name(file);
        let nearby = files::Folder::of(&file.path);
        let context = self.context(&nearby);
        let mut judge = |text: &str| {
            let judged = judge_text(&name, text, &context, session).ok()?;
            let mut findings = judged.findings;
            for finding in &mut findings {
                finding.ignored = finding.ignored.take().or_else(|| ignores.judge(finding));
            }
            Some(findings)
        };
        // The findings of a nested stack are mended when its own file is.
        let here = |finding: &eyas_engine::finding::Finding| {
            finding.location.as_ref().is_some_and(|location| location.file == name)
        };
        let fixed = fix(text, &mut judge, &here);
        (fixed.text, fixed.mended.len())
    }

    /// The diff goes where people read; a machine's output stays its own.
    fn show(&self, name: &str, before: &str, after: &str) -> io::Result<()> {
        let diff = TextDiff::from_lines(before, after);
        let diff = diff.unified_diff().header(&format!("a/{name}"), &format!("b/{name}")).to_string();
        if output::person_on_stdout(self.settings) {
            writeln!(io::stdout().lock(), "{diff}")
        } else {
            self.screen.tell(&diff);
            Ok(())
        }
    }
}

/// Writes the whole file beside the old one and then in its place, so that nothing is lost if
/// this is interrupted.
fn write(path: &Path, mark: &[u8], text: &str) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let beside = path.with_file_name(format!(".{file}.eyas-{}", std::process::id()));
    let written = fs::write(&beside, [mark, text.as_bytes()].concat())
        .and_then(|()| fs::set_permissions(&beside, fs::metadata(&path)?.permissions()))
        .and_then(|()| fs::rename(&beside, &path));
    if written.is_err() {
        // The half-written copy is of no use to anybody.
        let _ = fs::remove_file(&beside);
    }
    written
}

/// What `--fix` cannot do.
pub(super) fn check(candidates: &[Candidate], dry: bool) -> Result<(), Failure> {
    if !dry && candidates.iter().any(|file| files::is_stdin(&file.path)) {
        return Err(Failure::usage_help(
            "standard input cannot be mended in place",
            "`--fix --dry-run` shows what would change",
        ));
    }
    Ok(())
}
