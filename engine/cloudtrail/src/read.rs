//! Events without rules.

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::sync::Arc;

use eyas_engine::eval::Tally;
use eyas_engine::finding::Finding;
use eyas_engine::json::{Found, Names};

use crate::event::{EventRecord, PartOfFile};
use crate::order::{Order, Sequencer, Unit};
use crate::peek::{LOOKED_AT, Seen};
use crate::reader::{Concern, Reader, Visit};
use crate::source::TimeRange;
use crate::stream::Stream;
use crate::summary::Summary;

/// Reads bytes as [`crate::hunt`] reads a file, compressed or not, in any form, and gives every
/// event to `each`. All records are parsed.
pub fn read(
    name: &str,
    bytes: impl Read + Send + 'static,
    each: &mut dyn FnMut(&EventRecord<'_>),
) -> io::Result<Summary> {
    let name: Arc<str> = name.into();
    let mut reader = Reader::new(Each(each), TimeRange::default(), true);
    let mut sink = |_: Finding| ControlFlow::Continue(());
    let mut sequencer = Sequencer::new(Order::Input, &mut sink);
    let mut stream = Stream::new(bytes)?;
    let (mut key, mut position, mut spare) = ((0, 0), 0, Vec::new());
    loop {
        let chunk = stream.next_chunk(&mut spare);
        let part = PartOfFile::new(&name, chunk.text(), chunk.base);
        let outcome = reader.part(&part, chunk.text(), chunk.pieces.as_deref(), chunk.broken.is_some());
        sequencer.deliver(key, Unit::of_chunk(&name, &chunk, chunk.position - position, outcome));
        if chunk.last {
            return Ok(sequencer.finish(Tally::default(), false));
        }
        position = chunk.position;
        key.1 += 1;
        spare = chunk.into_buffer();
    }
}

/// Gives events on.
struct Each<'a>(&'a mut dyn FnMut(&EventRecord<'_>));

impl Visit for Each<'_> {
    fn names(&self) -> Arc<Names> {
        Arc::new(Names::new(LOOKED_AT))
    }

    fn concern(&mut self, _seen: &Seen<'_>) -> Option<Concern> {
        None
    }

    fn knows(&self, _concern: Concern) -> bool {
        false
    }

    fn passes_over(&mut self, _concern: Concern, _raw: &Found<'_>) -> bool {
        false
    }

    fn event(&mut self, event: &EventRecord<'_>, _findings: &mut Vec<Finding>) {
        (self.0)(event);
    }
}
