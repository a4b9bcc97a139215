//! Progress on standard error, where somebody watches.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Bytes, rate and what was found so far.
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Shows nothing unless `watched`.
    pub(crate) fn new(watched: bool) -> Self {
        if !watched {
            return Self { bar: ProgressBar::hidden() };
        }
        let style =
            ProgressStyle::with_template("{spinner} {binary_bytes} read, {binary_bytes_per_sec}, {msg}");
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = style {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(120));
        Self { bar }
    }

    /// How far it is.
    pub(crate) fn tell(&self, bytes: u64, text: impl FnOnce() -> String) {
        if !self.bar.is_hidden() {
            self.bar.set_position(bytes);
            self.bar.set_message(text());
        }
    }

    /// Writes something without mixing it into the line that moves.
    pub(crate) fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }

    /// Takes the line away.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
