//! An input too large, or too odd, to be read whole: taken in chunks that can be judged apart
//! from each other.
//!
//! A chunk ends between records. At the top of JSON, `}`, a line break and `{` can only be the
//! border of two values, since inside a value a comma would be between them: so a chunk of JSON
//! Lines, or of objects of any form, is cut there without reading it. Inside a list, as in a
//! `Records` file of gigabytes on one line, the chunk is split into records here.

use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;

use eyas_engine::json::Outline;

use crate::decompress::{Broken, Gunzip, is_gzip, read_some};
use crate::split::{MAX_RECORD, Piece, Splitter};

/// How much text a chunk has, as a rule.
pub(crate) const CHUNK: usize = 256 * 1024;

/// The most text a chunk can have: what it takes to see that a record is too large.
const MAX_CHUNK: usize = MAX_RECORD + CHUNK;

/// Where the bytes of a stream come from.
type Raw = Box<dyn Read + Send>;

enum Text {
    Plain(Raw),
    Gzip(Box<Gunzip<Raw>>),
    /// Text that is in memory already, and stays where it is.
    Bytes(Arc<[u8]>),
}

/// Where a chunk's text is.
enum Memory {
    /// At the start of a buffer of its own.
    Own(Vec<u8>, usize),
    Shared(Arc<[u8]>, Range<usize>),
}

/// An input that is read in chunks.
pub(crate) struct Stream {
    text: Text,
    /// Text that is not given out yet, at the start of the buffer.
    buffer: Vec<u8>,
    filled: usize,
    /// How much text the next chunk is to have.
    goal: usize,
    /// The offset of the buffer in the text.
    base: u64,
    splitter: Splitter,
    outline: Outline,
    ended: bool,
    broken: Option<Broken>,
}

/// Text that ends between records.
pub(crate) struct Chunk {
    memory: Memory,
    /// Its offset in the whole.
    pub base: u64,
    /// What it is made of, if it had to be split to find its end.
    pub pieces: Option<Vec<Piece>>,
    /// Why there is no more, if it is not the end.
    pub broken: Option<Broken>,
    /// How much of the file, as it is on disk, was read up to here.
    pub position: u64,
    /// Whether it is the last.
    pub last: bool,
}

impl Chunk {
    /// The text.
    pub(crate) fn text(&self) -> &[u8] {
        match &self.memory {
            Memory::Own(buffer, len) => buffer.get(..*len).unwrap_or_default(),
            Memory::Shared(bytes, range) => bytes.get(range.clone()).unwrap_or_default(),
        }
    }

    /// Whether it takes much more memory than usual.
    pub(crate) fn is_heavy(&self) -> bool {
        matches!(&self.memory, Memory::Own(buffer, _) if buffer.capacity() > 2 * CHUNK)
    }

    /// The memory, for another chunk: fresh memory is slow to touch.
    pub(crate) fn into_buffer(self) -> Vec<u8> {
        match self.memory {
            Memory::Own(buffer, _) if buffer.capacity() <= 2 * CHUNK => buffer,
            _ => Vec::new(),
        }
    }
}

impl Stream {
    /// Opens a stream; whether it is compressed is told by its first bytes.
    pub(crate) fn new(mut raw: impl Read + Send + 'static) -> io::Result<Self> {
        let mut head = [0u8; 3];
        let mut have = 0;
        while have < head.len() {
            match read_some(&mut raw, head.get_mut(have..).unwrap_or_default())? {
                0 => break,
                more => have += more,
            }
        }
        let head = head.get(..have).unwrap_or_default().to_vec();
        let gzip = is_gzip(&head);
        let raw: Raw = Box::new(io::Cursor::new(head).chain(raw));
        Ok(Self::of(if gzip { Text::Gzip(Box::new(Gunzip::new(raw))) } else { Text::Plain(raw) }))
    }

    /// Bytes in memory, compressed or not.
    pub(crate) fn in_memory(bytes: Arc<[u8]>) -> Self {
        Self::of(match is_gzip(&bytes) {
            true => Text::Gzip(Box::new(Gunzip::new(Box::new(io::Cursor::new(bytes))))),
            false => Text::Bytes(bytes),
        })
    }

    fn of(text: Text) -> Self {
        Self {
            text,
            buffer: Vec::new(),
            filled: 0,
            goal: CHUNK,
            base: 0,
            splitter: Splitter::new(),
            outline: Outline::default(),
            ended: false,
            broken: None,
        }
    }

    /// The next chunk; not to be called again after the last. The memory of an earlier one is
    /// used again.
    pub(crate) fn next_chunk(&mut self, spare: &mut Vec<u8>) -> Chunk {
        loop {
            self.fill();
            let text = match &self.text {
                Text::Bytes(bytes) => {
                    bytes.get(self.base as usize..).and_then(|rest| rest.get(..self.filled))
                }
                _ => self.buffer.get(..self.filled),
            };
            let text = text.unwrap_or_default();
            if self.splitter.at_top() {
                let cut = if self.ended { Some(self.filled) } else { last_border(text) };
                if let Some(cut) = cut {
                    return self.give(cut, None, spare);
                }
            }
            let (mut at, mut pieces) = (0, Vec::new());
            while let Some(piece) = self.splitter.next(text, &mut at, self.ended, &mut self.outline) {
                pieces.push(piece);
            }
            if self.ended {
                return self.give(self.filled, Some(pieces), spare);
            }
            if at > 0 {
                return self.give(at, Some(pieces), spare);
            }
            self.goal = (self.goal * 2).min(MAX_CHUNK);
        }
    }

    /// Reads on until there is as much text as wanted.
    fn fill(&mut self) {
        if let Text::Bytes(bytes) = &self.text {
            let rest = bytes.len().saturating_sub(self.base as usize);
            self.filled = rest.min(self.goal);
            self.ended = self.filled == rest;
            return;
        }
        if self.buffer.len() < self.goal {
            self.buffer.resize(self.goal, 0);
        }
        while !self.ended && self.filled < self.goal {
            let room = self.buffer.get_mut(self.filled..self.goal).unwrap_or_default();
            let (more, broken) = match &mut self.text {
                Text::Plain(raw) => match read_some(raw, room) {
                    Ok(more) => (more, None),
                    Err(error) => {
                        (0, Some(Broken { at: self.base + self.filled as u64, why: error.to_string() }))
                    }
                },
                Text::Gzip(gunzip) => gunzip.fill(room),
                Text::Bytes(_) => (0, None),
            };
            self.filled += more;
            self.ended = more == 0 || broken.is_some();
            self.broken = broken;
        }
    }

    /// Gives out the text up to `cut` and keeps the rest.
    fn give(&mut self, cut: usize, pieces: Option<Vec<Piece>>, spare: &mut Vec<u8>) -> Chunk {
        let base = self.base;
        self.base += cut as u64;
        let (memory, position) = match &self.text {
            Text::Bytes(bytes) => {
                self.filled = 0;
                let range = base as usize..self.base as usize;
                (Memory::Shared(bytes.clone(), range), self.base)
            }
            text => {
                let rest = self.buffer.get(cut..self.filled).unwrap_or_default();
                let mut next = std::mem::take(spare);
                if next.len() < rest.len() {
                    next.resize(CHUNK.max(rest.len()), 0);
                }
                next.get_mut(..rest.len()).unwrap_or_default().copy_from_slice(rest);
                self.filled = rest.len();
                let position = match text {
                    Text::Gzip(gunzip) => gunzip.position(),
                    _ => self.base + self.filled as u64,
                };
                (Memory::Own(std::mem::replace(&mut self.buffer, next), cut), position)
            }
        };
        self.goal = CHUNK.max(self.filled + CHUNK / 4);
        Chunk { memory, base, position, pieces, broken: self.broken.take(), last: self.ended }
    }
}

/// The last place in the text where one value ends and the next begins on a new line.
fn last_border(text: &[u8]) -> Option<usize> {
    let mut end = text.len();
    // Where lines are of another kind, looking at all of them is no use.
    for _ in 0..64 {
        let newline = memchr::memrchr(b'\n', text.get(..end)?)?;
        let before = text.get(..newline)?.trim_ascii_end();
        if before.last() == Some(&b'}') && text.get(newline + 1) == Some(&b'{') {
            return Some(newline + 1);
        }
        end = newline;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes `count` events in a `Records` list on one line, as they are read.
    struct OneLine {
        count: u64,
        made: u64,
        pending: Vec<u8>,
    }

    impl OneLine {
        fn new(count: u64) -> Self {
            Self { count, made: 0, pending: b"{\"Records\":[".to_vec() }
        }
    }

    impl Read for OneLine {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            while self.pending.len() < out.len() && self.made <= self.count {
                if self.made == self.count {
                    self.pending.extend_from_slice(b"]}");
                } else {
                    let comma = if self.made == 0 { "" } else { "," };
                    let filler = "x".repeat(1000);
                    let event = format!("{comma}{{\"eventName\":\"N{}\",\"a\":\"{filler}}}\"}}", self.made);
                    self.pending.extend_from_slice(event.as_bytes());
                }
                self.made += 1;
            }
            let n = out.len().min(self.pending.len());
            out[..n].copy_from_slice(&self.pending[..n]);
            self.pending.drain(..n);
            Ok(n)
        }
    }

    #[test]
    fn a_hundred_megabytes_on_one_line_stay_flat() {
        let count = 100_000;
        let mut stream = Stream::new(OneLine::new(count)).unwrap();
        let mut spare = Vec::new();
        let (mut records, mut bytes) = (0, 0);
        loop {
            let chunk = stream.next_chunk(&mut spare);
            assert!(!chunk.is_heavy() && stream.buffer.capacity() <= 2 * CHUNK);
            assert_eq!(chunk.base, bytes);
            bytes += chunk.text().len() as u64;
            let pieces = chunk.pieces.as_ref().unwrap();
            records += pieces.iter().filter(|p| matches!(p, Piece::Value { .. })).count() as u64;
            assert_eq!(pieces.len(), pieces.iter().filter(|p| matches!(p, Piece::Value { .. })).count());
            if chunk.last {
                break;
            }
            spare = chunk.into_buffer();
        }
        assert_eq!(records, count);
        assert!(bytes > 100_000_000);
    }

    #[test]
    fn lines_are_cut_between_records_without_splitting() {
        let line = format!("{{\"eventName\":\"X\",\"a\":\"{}\"}}\r\n", "y".repeat(500));
        let text = line.repeat(5000);
        let read = Stream::new(io::Cursor::new(text.clone())).unwrap();
        for stream in [read, Stream::in_memory(text.as_bytes().into())] {
            assert_eq!(whole_lines(stream), text.as_bytes());
        }
    }

    fn whole_lines(mut stream: Stream) -> Vec<u8> {
        let mut spare = Vec::new();
        let mut all = Vec::new();
        loop {
            let chunk = stream.next_chunk(&mut spare);
            assert!(chunk.pieces.is_none());
            assert!(chunk.text().starts_with(b"{") && chunk.text().ends_with(b"\n"));
            all.extend_from_slice(chunk.text());
            if chunk.last {
                return all;
            }
            spare = chunk.into_buffer();
        }
    }

    #[test]
    fn a_record_that_is_too_large_is_refused_within_bounds() {
        let huge = io::repeat(b'x').take(MAX_RECORD as u64 * 3);
        let text =
            io::Cursor::new("{\"a\":1}\n{\"b\":\"").chain(huge).chain(io::Cursor::new("\"}\n{\"c\":3}\n"));
        let mut stream = Stream::new(text).unwrap();
        let mut spare = Vec::new();
        let (mut values, mut broken) = (Vec::new(), Vec::new());
        loop {
            let chunk = stream.next_chunk(&mut spare);
            assert!(matches!(&chunk.memory, Memory::Own(buffer, _) if buffer.capacity() <= 2 * MAX_CHUNK));
            let mut take = |piece: Piece| match piece {
                Piece::Value { start, end, .. } => {
                    values.push(String::from_utf8_lossy(&chunk.text()[start..end]).into_owned())
                }
                Piece::Broken { start, why, .. } => {
                    broken.push((chunk.base + start as u64, format!("{why:?}")))
                }
            };
            match &chunk.pieces {
                Some(pieces) => pieces.iter().for_each(|&p| take(p)),
                None => {
                    let (mut splitter, mut at) = (Splitter::new(), 0);
                    let mut outline = Outline::default();
                    while let Some(piece) = splitter.next(chunk.text(), &mut at, true, &mut outline) {
                        take(piece);
                    }
                }
            }
            if chunk.last {
                break;
            }
            spare = chunk.into_buffer();
        }
        assert_eq!(values, ["{\"a\":1}", "{\"c\":3}"]);
        assert_eq!(broken, [(8, "TooLarge".to_owned())]);
    }
}
