//! The findings of an earlier run, to tell new ones from known ones.

use std::collections::HashMap;
use std::io::BufRead;

use eyas_engine::finding::{BaselineState, Finding};

use crate::read::{ReadError, read_findings};

/// How often each fingerprint was there, less those seen again.
#[derive(Debug, Clone, Default)]
pub struct Baseline {
    left: HashMap<String, u64>,
}

impl Baseline {
    /// Reads saved findings (JSON or JSON Lines). A baseline that cannot be read completely is
    /// of no use: the first thing that is wrong with it is the error.
    pub fn read(input: impl BufRead) -> Result<Self, ReadError> {
        let mut left: HashMap<String, u64> = HashMap::new();
        let mut broken = None;
        read_findings(
            input,
            // What was ignored then is no known finding: it counts as new when nobody ignores it.
            |finding| {
                if finding.ignored.is_none() {
                    *left.entry(finding.fingerprint).or_default() += 1;
                }
            },
            |error| {
                broken.get_or_insert(error);
            },
        )?;
        broken.map_or(Ok(Self { left }), Err)
    }

    /// Whether this finding was there. Each one that was is met once: a second with the same
    /// fingerprint is new unless the baseline has two.
    pub fn meet(&mut self, finding: &Finding) -> BaselineState {
        match self.left.get_mut(&finding.fingerprint) {
            Some(count) if *count > 0 => {
                *count -= 1;
                BaselineState::Unchanged
            }
            _ => BaselineState::New,
        }
    }

    /// How many findings of the baseline were not met.
    pub fn fixed(&self) -> u64 {
        self.left.values().sum()
    }
}
