//! One finding a line, and nothing else.

use std::io::{self, Write};

use eyas_engine::finding::Finding;

use crate::{Run, Sink, Summary, encode};

pub(crate) struct Jsonl<W> {
    out: W,
    line: Vec<u8>,
}

impl<W: Write> Jsonl<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out, line: Vec::new() }
    }
}

impl<W: Write + Send> Sink for Jsonl<W> {
    fn begin(&mut self, _: &Run) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.line.clear();
        encode::finding(finding, &mut self.line)?;
        self.line.push(b'\n');
        self.out.write_all(&self.line)
    }

    fn end(&mut self, _: &Summary) -> io::Result<()> {
        self.out.flush()
    }
}
