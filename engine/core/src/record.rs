//! What a record is.

use std::sync::Arc;

use eyas_lang::catalog::Step;
use eyas_lang::value::{Fetched, Place, Unknown};
use jiff::Timestamp;

use crate::finding::{EventInfo, Location, Subject};

/// One thing that rules judge: an event, a resource, something found in a block.
///
/// Values are borrowed from the record. [`crate::eval`] knows nothing about where it came from.
pub trait Record {
    /// The record type: `cloudtrail`, `AWS::EC2::SecurityGroup`.
    fn record_type(&self) -> &str;

    /// The raw value at `path` from the record's root; a [`Step::Key`] over a list yields that
    /// member of every item. The empty path is the whole record.
    fn at(&self, path: &[Step]) -> Fetched<'_>;

    /// The record's own time (event time, time of collection), which `now` and `age()` mean.
    fn now(&self) -> Option<Timestamp>;

    /// What a finding over this record is about. Called only for findings.
    fn subject(&self) -> Subject;

    /// Where the record is: file, offset, line. Called only for findings.
    fn location(&self) -> Option<Location>;

    /// Who did what, when and from where, for events. Called only for findings.
    fn event(&self) -> Option<EventInfo> {
        None
    }

    /// The number of the record in its input, from 1.
    fn ordinal(&self) -> Fetched<'_> {
        Fetched::Absent
    }

    /// Where the value at `path` stands in the text that the record came from. Called only for
    /// findings.
    fn place(&self, _path: &[Step]) -> Option<Place> {
        None
    }
}

/// What a condition can ask about besides the record itself.
pub trait World {
    /// A context set (`org.account_ids`), or why it is not known.
    fn context(&self, name: &str) -> Fetched<'_>;

    /// Other resources of a type: of the same account and region as `of`, or `everywhere`. An
    /// error where they could not all be read.
    fn resources<'w>(
        &'w self,
        record_type: &str,
        of: &dyn Record,
        everywhere: bool,
    ) -> Result<Vec<&'w dyn Record>, Unknown>;
}

/// A world that knows nothing: every context set is unknown, and there are no other resources
/// to be seen.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoWorld;

impl World for NoWorld {
    fn context(&self, name: &str) -> Fetched<'_> {
        Fetched::Unknown(Arc::new(Unknown::new(format!("no `{name}` is loaded"))))
    }

    fn resources<'w>(
        &'w self,
        record_type: &str,
        _of: &dyn Record,
        _everywhere: bool,
    ) -> Result<Vec<&'w dyn Record>, Unknown> {
        Err(Unknown::new(format!("the resources of type `{record_type}` are not loaded")))
    }
}
