//! Gzip, told by content.
//!
//! A file that is small when inflated is inflated whole by libdeflate into a buffer that its
//! thread keeps: the fastest there is, as long as the pages of the buffer are already there.
//! Everything else (larger, of several members, damaged, lying about its size) streams through
//! zlib-rs in bounded memory, checksummed by libdeflate, and yields all that comes before a
//! break. Touching fresh memory costs about as much as inflating into it, so for one large file
//! the stream is not the slower way.

use std::io::{self, Read, Seek, SeekFrom};

use flate2::{Decompress, FlushDecompress, Status};
use libdeflater::{Crc, Decompressor};
use memchr::memmem;

/// What a gzip member starts with: two magic bytes, and the only method there is.
const MAGIC: [u8; 3] = [0x1f, 0x8b, 8];

/// The least that a gzip member takes: header and trailer.
const LEAST: usize = 18;

/// From this size on a file is asked how large it is inflated before it is read.
const ASKED_FROM: u64 = 512 * 1024;

/// How much compressed input is read at a time.
const INPUT: usize = 64 * 1024;

/// Whether bytes start as gzip does.
pub(crate) fn is_gzip(head: &[u8]) -> bool {
    head.starts_with(&MAGIC)
}

/// Inflates one member that is the whole of `gz` into `out` and returns its size. `None` if it
/// is anything else, or larger than `most`: then [`Gunzip`] has to tell.
pub(crate) fn whole(inflater: &mut Decompressor, gz: &[u8], out: &mut Vec<u8>, most: usize) -> Option<usize> {
    let size = stated_size(gz).filter(|&size| size <= most)?;
    if out.len() < size {
        out.resize(size, 0);
    }
    let done = inflater.gzip_decompress(gz, out.get_mut(..size)?).ok()?;
    (done == size && !another_member_follows(gz, size)).then_some(size)
}

/// Whether a file is gzip that says it is larger than `most` when inflated: then there is no use in
/// reading all of it. Of what can be read in no time nothing is asked.
pub(crate) fn inflates_beyond(file: &mut (impl Read + Seek), most: u64) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? < ASKED_FROM {
        file.rewind()?;
        return Ok(false);
    }
    let (mut head, mut size) = ([0; 3], [0; 4]);
    file.rewind()?;
    file.read_exact(&mut head)?;
    file.seek(SeekFrom::End(-4))?;
    file.read_exact(&mut size)?;
    file.rewind()?;
    Ok(is_gzip(&head) && u64::from(u32::from_le_bytes(size)) > most)
}

/// What the last four bytes say the inflated size is, if there could be that much in it.
pub(crate) fn stated_size(gz: &[u8]) -> Option<usize> {
    if gz.len() < LEAST {
        return None;
    }
    let size = u32::from_le_bytes(*gz.last_chunk()?) as usize;
    // Deflate cannot do better than 1032 to 1.
    (size / 1032 <= gz.len()).then_some(size)
}

/// Whether somewhere a member could begin right behind one of this size. The inflater does not
/// say how much input it used; but the first member, if it is not the last, ends in its size
/// and is followed by the magic bytes.
fn another_member_follows(gz: &[u8], size: usize) -> bool {
    let size = (size as u32).to_le_bytes();
    memmem::find_iter(gz, &MAGIC).any(|at| at >= LEAST && gz.get(at - 4..at) == Some(size.as_slice()))
}

/// Why a stream ended before its end.
#[derive(Debug, Clone)]
pub(crate) struct Broken {
    /// Byte offset in the compressed file.
    pub at: u64,
    /// One clause.
    pub why: String,
}

/// A stream of gzip members, inflated.
pub(crate) struct Gunzip<R> {
    source: R,
    input: Vec<u8>,
    /// What of `input` is not used yet.
    from: usize,
    to: usize,
    /// The offset of `input` in the file.
    base: u64,
    inflate: Decompress,
    crc: Crc,
    size: u32,
    stage: Stage,
}

/// What comes next in the stream.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    FirstHeader,
    Header,
    Body,
    Trailer,
    End,
}

impl<R: Read> Gunzip<R> {
    pub(crate) fn new(source: R) -> Self {
        Self {
            source,
            input: vec![0; INPUT],
            from: 0,
            to: 0,
            base: 0,
            inflate: Decompress::new(false),
            crc: Crc::new(),
            size: 0,
            stage: Stage::FirstHeader,
        }
    }

    /// How much of the compressed file was used so far.
    pub(crate) fn position(&self) -> u64 {
        self.base + self.from as u64
    }

    /// Fills `out` as far as the stream goes; less than all of it only at the end, or with the
    /// reason why it ended early.
    pub(crate) fn fill(&mut self, out: &mut [u8]) -> (usize, Option<Broken>) {
        let mut done = 0;
        while done < out.len() && self.stage != Stage::End {
            match self.advance(out.get_mut(done..).unwrap_or_default()) {
                Ok(more) => done += more,
                Err(why) => {
                    self.stage = Stage::End;
                    return (done, Some(Broken { at: self.position(), why }));
                }
            }
        }
        (done, None)
    }

    fn advance(&mut self, out: &mut [u8]) -> Result<usize, String> {
        match self.stage {
            Stage::FirstHeader | Stage::Header => self.header().map(|()| 0),
            Stage::Body => self.body(out),
            Stage::Trailer => self.trailer().map(|()| 0),
            Stage::End => Ok(0),
        }
    }

    fn header(&mut self) -> Result<(), String> {
        let first = std::mem::replace(&mut self.stage, Stage::Header) == Stage::FirstHeader;
        if !first && !self.find_next_member()? {
            self.stage = Stage::End;
            return Ok(());
        }
        let mut head = [0u8; 10];
        for i in 0..head.len() {
            let byte = self.byte()?;
            if MAGIC.get(i).is_some_and(|&magic| magic != byte) {
                self.from = self.from.saturating_sub(i + 1);
                return Err("what follows the last gzip member is not gzip".to_owned());
            }
            if let Some(slot) = head.get_mut(i) {
                *slot = byte;
            }
        }
        let flags = head[3];
        if flags & 0xe0 != 0 {
            return Err("the gzip header is of an unknown kind".to_owned());
        }
        if flags & 4 != 0 {
            let len = u16::from_le_bytes([self.byte()?, self.byte()?]);
            for _ in 0..len {
                self.byte()?;
            }
        }
        // Name and comment end in a zero byte.
        for present in [flags & 8, flags & 16] {
            while present != 0 && self.byte()? != 0 {}
        }
        if flags & 2 != 0 {
            self.byte()?;
            self.byte()?;
        }
        self.inflate.reset(false);
        self.crc = Crc::new();
        self.size = 0;
        self.stage = Stage::Body;
        Ok(())
    }

    /// Skips zero padding; false at the end of the file.
    fn find_next_member(&mut self) -> Result<bool, String> {
        while self.refill()? {
            match self.input.get(self.from..self.to).and_then(|rest| rest.iter().position(|&b| b != 0)) {
                Some(skip) => {
                    self.from += skip;
                    return Ok(true);
                }
                None => self.from = self.to,
            }
        }
        Ok(false)
    }

    fn body(&mut self, out: &mut [u8]) -> Result<usize, String> {
        if !self.refill()? {
            return Err("the gzip stream is cut off".to_owned());
        }
        let input = self.input.get(self.from..self.to).unwrap_or_default();
        let (used, made) = (self.inflate.total_in(), self.inflate.total_out());
        let status = self.inflate.decompress(input, out, FlushDecompress::None);
        self.from += (self.inflate.total_in() - used) as usize;
        let made = (self.inflate.total_out() - made) as usize;
        let fresh = out.get(..made).unwrap_or_default();
        self.crc.update(fresh);
        self.size = self.size.wrapping_add(made as u32);
        match status {
            Ok(Status::StreamEnd) => self.stage = Stage::Trailer,
            Ok(Status::Ok | Status::BufError) => {}
            Err(_) => return Err("the gzip stream is damaged".to_owned()),
        }
        Ok(made)
    }

    fn trailer(&mut self) -> Result<(), String> {
        let mut tail = [0u8; 8];
        for byte in &mut tail {
            *byte = self.byte()?;
        }
        let [a, b, c, d, e, f, g, h] = tail;
        if u32::from_le_bytes([a, b, c, d]) != self.crc.sum() {
            return Err("the gzip checksum does not match what came before".to_owned());
        }
        if u32::from_le_bytes([e, f, g, h]) != self.size {
            return Err("the gzip size does not match what came before".to_owned());
        }
        self.stage = Stage::Header;
        Ok(())
    }

    fn byte(&mut self) -> Result<u8, String> {
        if !self.refill()? {
            return Err("the gzip stream is cut off".to_owned());
        }
        let byte = self.input.get(self.from).copied().unwrap_or_default();
        self.from += 1;
        Ok(byte)
    }

    /// Makes sure that there is input; false at the end of the file.
    fn refill(&mut self) -> Result<bool, String> {
        if self.from == self.to {
            self.base += self.to as u64;
            self.from = 0;
            self.to = 0;
            self.to = read_some(&mut self.source, &mut self.input).map_err(|e| e.to_string())?;
        }
        Ok(self.to > self.from)
    }
}

/// Reads at least one byte, unless at the end.
pub(crate) fn read_some(source: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    loop {
        match source.read(into) {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn stream(gz: &[u8]) -> (Vec<u8>, Option<Broken>) {
        let mut gunzip = Gunzip::new(gz);
        let (mut all, mut chunk) = (Vec::new(), [0; 100]);
        loop {
            let (n, broken) = gunzip.fill(&mut chunk);
            all.extend_from_slice(&chunk[..n]);
            if broken.is_some() || n < chunk.len() {
                return (all, broken);
            }
        }
    }

    #[test]
    fn what_inflates_to_too_much_is_not_read() {
        let noise: Vec<u8> =
            (0u32..400_000).flat_map(|n| n.wrapping_mul(0x9e37_79b9).to_le_bytes()).collect();
        let beyond = |bytes: &[u8], most| {
            let mut file = io::Cursor::new(bytes);
            let beyond = inflates_beyond(&mut file, most).unwrap();
            assert_eq!(file.position(), 0);
            beyond
        };
        let gz = gzip(&noise);
        assert!(gz.len() as u64 > ASKED_FROM);
        assert!(beyond(&gz, noise.len() as u64 - 1));
        assert!(!beyond(&gz, noise.len() as u64));
        assert!(!beyond(&noise, 1), "no gzip");
        assert!(!beyond(&gzip(b"short"), 1), "read at once");
    }

    fn at_once(gz: &[u8]) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        let size = whole(&mut Decompressor::new(), gz, &mut out, 1 << 20)?;
        out.truncate(size);
        Some(out)
    }

    #[test]
    fn one_member_reads_the_same_both_ways() {
        let text = b"some text, some text, some text".repeat(50);
        let gz = gzip(&text);
        assert_eq!(at_once(&gz).unwrap(), text);
        let (streamed, broken) = stream(&gz);
        assert!(broken.is_none());
        assert_eq!(streamed, text);
    }

    #[test]
    fn several_members_are_streamed() {
        for (first, second) in [(&b"one\n"[..], &b"three\n"[..]), (b"same", b"same"), (b"", b"x")] {
            let both = [gzip(first), gzip(second)].concat();
            assert!(at_once(&both).is_none());
            let (text, broken) = stream(&both);
            assert!(broken.is_none());
            assert_eq!(text, [first, second].concat());
        }
    }

    #[test]
    fn padding_is_fine_and_garbage_is_told_with_its_place() {
        let gz = gzip(b"text");
        let (text, broken) = stream(&[&gz[..], &[0; 512]].concat());
        assert!(broken.is_none());
        assert_eq!(text, b"text");
        let (text, broken) = stream(&[&gz[..], b"not gzip at all"].concat());
        assert_eq!(text, b"text");
        assert_eq!(broken.unwrap().at, gz.len() as u64);
    }

    #[test]
    fn a_cut_yields_what_came_before_it() {
        let text: Vec<u8> =
            (0..200_000u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        let gz = gzip(&text);
        let cut = &gz[..gz.len() / 2];
        assert!(at_once(cut).is_none());
        let (before, broken) = stream(cut);
        let broken = broken.unwrap();
        assert!(before.len() > 300_000 && text.starts_with(&before));
        assert_eq!((broken.at, broken.why.as_str()), (cut.len() as u64, "the gzip stream is cut off"));
    }

    #[test]
    fn damage_is_noticed() {
        let mut gz = gzip(&b"some text ".repeat(100));
        let crc = gz.len() - 8;
        gz[crc] ^= 1;
        assert!(at_once(&gz).is_none());
        assert!(stream(&gz).1.unwrap().why.contains("checksum"));
    }

    #[test]
    fn a_size_that_cannot_be_is_not_believed() {
        let mut gz = gzip(b"x");
        let at = gz.len() - 4;
        gz[at..].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(stated_size(&gz), None);
    }
}
