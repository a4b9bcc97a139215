//! One finding a line, and nothing else.

use std::io::{self, Write};

use eyas_engine::finding::Finding;

use crate::{Run, Sink, Summary};

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
        sonic_rs::to_writer(&mut self.line, finding).map_err(io::Error::other)?;
        self.line.push(b'\n');
        self.out.write_all(&self.line)
    }

    fn end(&mut self, _: &Summary) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use eyas_engine::finding::{Outcome, RuleInfo};
    use eyas_lang::checked::Severity;
    use proptest::prelude::*;

    proptest! {
        /// Whatever rules and records say, a line is one finding, and reads as what it was.
        #[test]
        fn a_line_says_what_the_finding_does(message in any::<String>(), fix in any::<Option<String>>()) {
            let rule = RuleInfo { id: "a.b".to_owned(), ..RuleInfo::default() };
            let mut finding = Finding::new(Arc::new(rule), Outcome::Violation, Severity::High, message);
            finding.fix = fix;
            let mut out = Vec::new();
            Jsonl::new(&mut out).finding(&finding).unwrap();
            let line = String::from_utf8(out).unwrap();
            prop_assert_eq!(line.matches('\n').count(), 1);
            let read: serde_json::Value = serde_json::from_str(&line).unwrap();
            prop_assert_eq!(read, serde_json::to_value(&finding).unwrap());
        }
    }
}
