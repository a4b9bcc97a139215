//! `--baseline` and `--write-baseline`.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use eyas_engine::finding::Finding;
use eyas_report::{Baseline, Run, Sink, Standing, Summary};

use crate::config::Settings;
use crate::exit::{Failure, plain};

/// The baseline of the settings, if there is one.
pub(crate) fn read(settings: &Settings) -> Result<Option<Baseline>, Failure> {
    let Some(path) = &settings.baseline.value else { return Ok(None) };
    let file = match File::open(path) {
        Ok(file) => file,
        // The run that makes the first baseline has none to compare with.
        Err(error) if error.kind() == io::ErrorKind::NotFound && settings.write_baseline.is_some() => {
            return Ok(None);
        }
        Err(error) => {
            return Err(Failure::usage_help(
                format!("cannot read the baseline `{}`: {}", path.display(), plain(&error)),
                format!("`--write-baseline {}` on the same command makes it", path.display()),
            ));
        }
    };
    let baseline = Baseline::read(BufReader::new(file)).map_err(|error| {
        Failure::usage_help(
            format!("the baseline `{}` is not right: {error}", path.display()),
            format!("`--write-baseline {}` on the same command makes it anew", path.display()),
        )
    })?;
    Ok(Some(baseline))
}

/// The findings of a run as the baseline of the next ones. It takes its place when the run
/// reaches its end, so that an interrupted run leaves the old one as it was.
pub(crate) struct Writer {
    path: PathBuf,
    part: PathBuf,
    out: BufWriter<File>,
}

impl Writer {
    pub(crate) fn create(path: &Path) -> Result<Self, Failure> {
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let file = File::create(&part).map_err(|e| {
            Failure::usage(format!("cannot write the baseline `{}`: {}", path.display(), plain(&e)))
        })?;
        Ok(Self { path: path.to_owned(), part, out: BufWriter::new(file) })
    }
}

impl Sink for Writer {
    fn begin(&mut self, _: &Run) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        if Standing::of(finding) == Standing::Ignored {
            return Ok(());
        }
        let known = Finding { baseline: None, ..finding.clone() };
        serde_json::to_writer(&mut self.out, &known)?;
        self.out.write_all(b"\n")
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        self.out.flush()?;
        if summary.interrupted { fs::remove_file(&self.part) } else { fs::rename(&self.part, &self.path) }
    }
}
