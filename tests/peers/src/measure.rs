//! Timing and tables. Machines are shared and noisy: every row is a ratio of two things measured
//! in turn in the same run, best and median of several rounds.

use std::process::Command;
use std::time::{Duration, Instant};

/// How often each side is run.
pub const ROUNDS: usize = 21;

/// What one side took, sorted.
pub struct Times(Vec<Duration>);

impl Times {
    /// The shortest.
    pub fn best(&self) -> Duration {
        self.0.first().copied().unwrap_or_default()
    }

    /// The middle one.
    pub fn median(&self) -> Duration {
        self.0.get(self.0.len() / 2).copied().unwrap_or_default()
    }
}

/// Runs both in turn, so that a noisy minute hits both.
pub fn in_turn(mut ours: impl FnMut(), mut theirs: impl FnMut()) -> (Times, Times) {
    let mut times = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        times.0.push(timed(&mut ours));
        times.1.push(timed(&mut theirs));
    }
    times.0.sort();
    times.1.sort();
    (Times(times.0), Times(times.1))
}

fn timed(run: &mut impl FnMut()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

/// One line of the table.
pub struct Row {
    /// What is measured.
    pub what: String,
    /// Ours: best, median.
    pub ours: (String, String),
    /// The reference: best, median.
    pub reference: (String, String),
    /// Ours to the reference, best against best.
    pub ratio: String,
    /// What is to be reached.
    pub bar: &'static str,
}

/// The rows as a Markdown table.
pub fn table(rows: &[Row]) -> String {
    let mut out = String::from(
        "| what | ours (best; median) | reference (best; median) | ratio | bar |\n|---|---|---|---|---|\n",
    );
    for row in rows {
        out.push_str(&format!(
            "| {} | {}; {} | {}; {} | {} | {} |\n",
            row.what, row.ours.0, row.ours.1, row.reference.0, row.reference.1, row.ratio, row.bar
        ));
    }
    out
}

/// Events a second, in thousands.
pub fn rate(events: usize, time: Duration) -> String {
    format!("{:.0} k/s", events as f64 / time.as_secs_f64() / 1e3)
}

/// Milliseconds.
pub fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

/// When and on what it was measured.
pub fn heading() -> String {
    let date = Command::new("date").arg("+%Y-%m-%d").output();
    let date = date.map(|out| String::from_utf8_lossy(&out.stdout).trim().to_owned()).unwrap_or_default();
    format!("Measured on {date}, {}, {ROUNDS} rounds each side in turn.\n", machine())
}

fn machine() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown processor");
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
    format!("{} ({cores} cores)", name.trim_start_matches([' ', '\t', ':']))
}
