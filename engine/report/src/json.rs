//! One JSON document: the findings, one a line, and the summary behind them.

use std::io::{self, Write};

use eyas_engine::finding::Finding;

use crate::{Run, Sink, Summary};

/// The name and version of the document around the findings.
const SCHEMA: &str = "eyas.report/1";

pub(crate) struct Json<W> {
    out: W,
    first: bool,
    line: Vec<u8>,
}

impl<W: Write> Json<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out, first: true, line: Vec::new() }
    }
}

impl<W: Write + Send> Sink for Json<W> {
    fn begin(&mut self, run: &Run) -> io::Result<()> {
        write!(self.out, "{{\"schema\":\"{SCHEMA}\",\"version\":")?;
        serde_json::to_writer(&mut self.out, &run.version)?;
        self.out.write_all(b",\"findings\":[")
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.out.write_all(if self.first { b"\n" } else { b",\n" })?;
        self.first = false;
        self.line.clear();
        sonic_rs::to_writer(&mut self.line, finding).map_err(io::Error::other)?;
        self.out.write_all(&self.line)
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        self.out.write_all(b"\n],\"summary\":")?;
        serde_json::to_writer(&mut self.out, summary)?;
        self.out.write_all(b"}\n")?;
        self.out.flush()
    }
}
