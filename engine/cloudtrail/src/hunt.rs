//! Rules over recorded events: sources in, findings out.
//!
//! Threads share the inputs. A small file is read, inflated and judged by the thread that took
//! it. A large or odd one is opened as a [`Stream`] whose chunks the threads take in turns, so
//! that reading one chunk goes on beside judging another. What comes out is put into order by
//! [`crate::order`]; a thread that is too far ahead of it waits, so memory does not grow with
//! the input.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use eyas_engine::eval::Tally;
use eyas_engine::plan::Plan;
use eyas_engine::record::{NoWorld, World};
use libdeflater::Decompressor;

use crate::decompress;
use crate::event::PartOfFile;
use crate::judge::Judge;
use crate::order::{Fate, Key, Order, Progress, Sequencer, Sink, Unit};
use crate::reader::{Reader, Visit};
use crate::source::{Input, Inputs, Source, TimeRange};
use crate::stream::{Chunk, Stream};
use crate::summary::Summary;

/// The largest file, and the largest text of a compressed one, that is read whole, if there are
/// few threads.
const MOST_WHOLE: u64 = 8 * 1024 * 1024;

/// What the texts of files that are read whole may take, over all threads.
const ALL_WHOLE: u64 = 24 * 1024 * 1024;

/// How a hunt is to go.
pub struct Options<'a> {
    /// How many threads judge; 0 counts as one.
    pub threads: usize,
    /// The order of findings.
    pub order: Order,
    /// Events outside are counted, but not judged.
    pub range: TimeRange,
    /// Judge every record, also those on which no rule can fire: slower, and nothing else comes of it.
    pub judge_all: bool,
    /// What conditions can ask about besides the record.
    pub world: &'a (dyn World + Sync),
    /// Told, now and then, how far it is.
    pub progress: Option<&'a (dyn Fn(&Progress) + Sync)>,
    /// Set to end early: what is judged is given out, and the summary says so.
    pub interrupt: Option<&'a AtomicBool>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            threads: 1,
            order: Order::default(),
            range: TimeRange::default(),
            judge_all: false,
            world: &NoWorld,
            progress: None,
            interrupt: None,
        }
    }
}

/// Judges the events of `sources` by the rules of `plan` on `cloudtrail` records and gives every
/// finding to `sink`, which breaks off the hunt if it wants no more.
///
/// Nothing that is wrong with an input ends the hunt: it is told of in the summary.
pub fn hunt(sources: Vec<Source>, plan: &Plan, options: &Options<'_>, sink: Sink<'_>) -> Summary {
    let threads = options.threads.max(1);
    let shared = Shared {
        feeder: Mutex::new(Feeder {
            inputs: Inputs::new(sources, options.range),
            streams: Vec::new(),
            next_file: 0,
        }),
        sequencer: Mutex::new(Sequencer::new(options.order, sink)),
        moved: Condvar::new(),
        heavy: Mutex::new(false),
        lighter: Condvar::new(),
        most_waiting: 16 + 4 * threads,
        most_whole: MOST_WHOLE.min(ALL_WHOLE / threads as u64),
        options,
    };
    let work = || {
        let judge = Judge::new(plan, options.world);
        let mut worker = Worker::new(&shared, Reader::new(judge, options.range, options.judge_all));
        worker.run();
        worker.reader.visitor.take_tally()
    };
    let mut tally = Tally::default();
    if threads == 1 {
        tally.merge(&work());
    } else {
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            for worker in workers {
                match worker.join() {
                    Ok(one) => tally.merge(&one),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
        });
    }
    let interrupted = shared.interrupted();
    let sequencer = shared.sequencer.into_inner().unwrap_or_else(PoisonError::into_inner);
    sequencer.finish(tally, interrupted)
}

/// What the threads share.
struct Shared<'a, 's> {
    feeder: Mutex<Feeder>,
    sequencer: Mutex<Sequencer<'s>>,
    /// Told when the sequencer moved on.
    moved: Condvar,
    /// Whether a chunk much larger than usual is in some thread's hands.
    heavy: Mutex<bool>,
    /// Told when it no longer is.
    lighter: Condvar,
    most_waiting: usize,
    most_whole: u64,
    options: &'a Options<'a>,
}

/// Where work comes from.
struct Feeder {
    inputs: Inputs,
    streams: Vec<Open>,
    next_file: u64,
}

/// A stream that is not at its end.
struct Open {
    key: Key,
    name: Arc<str>,
    stream: Stream,
    position: u64,
}

/// Something for a thread to do.
enum Work {
    /// Read a file that is small, at least on disk.
    Small { path: PathBuf, name: Arc<str> },
    /// Judge a chunk.
    Chunk { chunk: Chunk, bytes: u64, name: Arc<str>, heavy: bool },
    /// Tell of something.
    Tell(Unit),
}

impl Shared<'_, '_> {
    fn interrupted(&self) -> bool {
        self.options.interrupt.is_some_and(|flag| flag.load(Ordering::Relaxed))
    }

    /// The next thing to do; `None` at the end.
    fn take(&self, spare: &mut Vec<u8>) -> Option<(Key, Work)> {
        loop {
            let mut feeder = lock(&self.feeder);
            let sequencer = lock(&self.sequencer);
            if sequencer.stopped() || self.interrupted() {
                return None;
            }
            let first = (0..feeder.streams.len()).min_by_key(|&i| feeder.streams.get(i).map(|open| open.key));
            let is_next =
                |i: usize| feeder.streams.get(i).is_some_and(|open| open.key.0 == sequencer.next_file());
            if sequencer.waiting() >= self.most_waiting && !first.is_some_and(is_next) {
                drop(feeder);
                // The time is a safety net: a thread that panics tells nobody.
                drop(self.moved.wait_timeout(sequencer, Duration::from_millis(50)));
                continue;
            }
            drop(sequencer);
            return match first {
                Some(first) => Some(self.take_chunk(&mut feeder, first, spare)),
                None => self.take_input(&mut feeder, spare),
            };
        }
    }

    fn take_chunk(&self, feeder: &mut Feeder, at: usize, spare: &mut Vec<u8>) -> (Key, Work) {
        let mut open = feeder.streams.swap_remove(at);
        let chunk = open.stream.next_chunk(spare);
        let key = open.key;
        let name = open.name.clone();
        let bytes = chunk.position.saturating_sub(open.position);
        if !chunk.last {
            open.position = chunk.position;
            open.key.1 += 1;
            feeder.streams.push(open);
        }
        let heavy = chunk.is_heavy();
        if heavy {
            let mut taken = lock(&self.heavy);
            while *taken {
                taken = self.lighter.wait(taken).unwrap_or_else(PoisonError::into_inner);
            }
            *taken = true;
        }
        (key, Work::Chunk { chunk, bytes, name, heavy })
    }

    fn take_input(&self, feeder: &mut Feeder, spare: &mut Vec<u8>) -> Option<(Key, Work)> {
        let input = feeder.inputs.next()?;
        let key = (feeder.next_file, 0);
        feeder.next_file += 1;
        let tell = |name: &str, fate| Work::Tell(Unit { name: name.into(), fate, last: true });
        let work = match input {
            Input::Digest => tell("", Fate::Digest),
            Input::OutOfRange => tell("", Fate::OutOfRange),
            Input::Problem { path, why } => tell(&path.to_string_lossy(), Fate::Failed(why)),
            Input::Stdin => {
                return Some(self.take_opened(feeder, key, "-".into(), Stream::new(io::stdin()), spare));
            }
            Input::Bytes(name, bytes) => {
                return Some(self.take_opened(feeder, key, name, Ok(Stream::in_memory(bytes)), spare));
            }
            Input::File(path) => {
                let name: Arc<str> = path.to_string_lossy().into();
                match path.metadata() {
                    Err(error) => tell(&name, Fate::Failed(error.to_string())),
                    Ok(file) if file.is_file() && file.len() <= self.most_whole => Work::Small { path, name },
                    Ok(_) => {
                        let stream = File::open(&path).and_then(Stream::new);
                        return Some(self.take_opened(feeder, key, name, stream, spare));
                    }
                }
            }
        };
        Some((key, work))
    }

    /// The first chunk of a stream, if it could be opened.
    fn take_opened(
        &self,
        feeder: &mut Feeder,
        key: Key,
        name: Arc<str>,
        stream: io::Result<Stream>,
        spare: &mut Vec<u8>,
    ) -> (Key, Work) {
        match stream {
            Ok(stream) => {
                feeder.streams.push(Open { key, name, stream, position: 0 });
                self.take_chunk(feeder, feeder.streams.len() - 1, spare)
            }
            Err(error) => (key, Work::Tell(Unit { name, fate: Fate::Failed(error.to_string()), last: true })),
        }
    }

    fn deliver(&self, key: Key, unit: Unit) {
        let mut sequencer = lock(&self.sequencer);
        sequencer.deliver(key, unit);
        let progress = sequencer.progress();
        drop(sequencer);
        self.moved.notify_all();
        if let Some(tell) = self.options.progress {
            tell(&progress);
        }
    }
}

/// A panic elsewhere is passed on when its thread is joined; here it is none of our business.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One thread.
struct Worker<'w, 's, V> {
    shared: &'w Shared<'w, 's>,
    reader: Reader<V>,
    inflater: Decompressor,
    /// A file as it is on disk, and its text: kept, since fresh memory is slow to touch.
    file: Vec<u8>,
    text: Vec<u8>,
    /// A chunk's memory.
    spare: Vec<u8>,
}

impl<'w, 's, V: Visit> Worker<'w, 's, V> {
    fn new(shared: &'w Shared<'w, 's>, reader: Reader<V>) -> Self {
        Self {
            shared,
            reader,
            inflater: Decompressor::new(),
            file: Vec::new(),
            text: Vec::new(),
            spare: Vec::new(),
        }
    }

    fn run(&mut self) {
        while let Some((key, work)) = self.shared.take(&mut self.spare) {
            match work {
                Work::Tell(unit) => self.shared.deliver(key, unit),
                Work::Chunk { chunk, bytes, name, heavy } => {
                    let unit = self.chunk(&chunk, bytes, &name);
                    self.spare = chunk.into_buffer();
                    if heavy {
                        *lock(&self.shared.heavy) = false;
                        self.shared.lighter.notify_one();
                    }
                    self.shared.deliver(key, unit);
                }
                Work::Small { path, name } => match self.small(&path, &name) {
                    Ok(Some(fate)) => self.shared.deliver(key, Unit { name, fate, last: true }),
                    Ok(None) => self.as_stream(key, &path, name),
                    Err(error) => {
                        let fate = Fate::Failed(error.to_string());
                        self.shared.deliver(key, Unit { name, fate, last: true });
                    }
                },
            }
        }
    }

    fn chunk(&mut self, chunk: &Chunk, bytes: u64, name: &Arc<str>) -> Unit {
        let part = PartOfFile::new(name, chunk.text(), chunk.base);
        let cut_off = chunk.broken.is_some();
        let outcome = self.reader.part(&part, chunk.text(), chunk.pieces.as_deref(), cut_off);
        Unit::of_chunk(name, chunk, bytes, outcome)
    }

    /// Reads a small file whole; `None` if it has to be a stream after all.
    fn small(&mut self, path: &Path, name: &str) -> io::Result<Option<Fate>> {
        let most = self.shared.most_whole;
        self.file.clear();
        let mut file = File::open(path)?;
        if decompress::inflates_beyond(&mut file, most)? {
            return Ok(None);
        }
        file.take(most + 1).read_to_end(&mut self.file)?;
        if self.file.len() as u64 > most {
            return Ok(None);
        }
        let text = if decompress::is_gzip(&self.file) {
            let most = usize::try_from(most).unwrap_or(usize::MAX);
            match decompress::whole(&mut self.inflater, &self.file, &mut self.text, most) {
                Some(size) => self.text.get(..size).unwrap_or_default(),
                None => return Ok(None),
            }
        } else {
            &self.file
        };
        let part = PartOfFile::new(name, text, 0);
        let outcome = self.reader.part(&part, text, None, false);
        Ok(Some(Fate::Read {
            outcome: Box::new(outcome),
            bytes: self.file.len() as u64,
            text_bytes: text.len() as u64,
            broken: None,
        }))
    }

    /// Leaves a file to all threads, as a stream.
    fn as_stream(&mut self, key: Key, path: &Path, name: Arc<str>) {
        match File::open(path).and_then(Stream::new) {
            Ok(stream) => lock(&self.shared.feeder).streams.push(Open { key, name, stream, position: 0 }),
            Err(error) => {
                self.shared.deliver(key, Unit { name, fate: Fate::Failed(error.to_string()), last: true });
            }
        }
    }
}
