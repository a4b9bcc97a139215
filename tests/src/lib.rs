//! Driving the built `eyas` binary, for the end-to-end tests.
//!
//! The binary belongs to another package, so Cargo does not build it for these tests. [`eyas`]
//! asks Cargo to, once a test process; where it is built already, that takes a moment.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

/// The path of the built binary; `EYAS_BIN` names another one.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| std::env::var_os("EYAS_BIN").map_or_else(build, PathBuf::from))
}

fn build() -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args([
        "build",
        "--package",
        "eyas",
        "--bin",
        "eyas",
        "--message-format",
        "json-render-diagnostics",
    ]);
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package lies in the workspace");
    let output = command.current_dir(root).stderr(Stdio::inherit()).output().expect("cargo runs");
    assert!(output.status.success(), "the eyas binary does not build");
    let messages = String::from_utf8_lossy(&output.stdout);
    let artifact = |line: &str| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        Some(PathBuf::from(message.get("executable")?.as_str()?))
    };
    messages.lines().filter_map(artifact).next_back().expect("cargo names the binary that it built")
}

/// The data that tests use where it is there: `EYAS_CORPUS`, or `../shared/data` beside the
/// repository.
pub fn corpus() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let folder = std::env::var_os("EYAS_CORPUS").map_or_else(beside, PathBuf::from);
    folder.is_dir().then_some(folder)
}

/// A folder of its own that a test runs in.
pub struct Place {
    folder: TempDir,
}

impl Default for Place {
    fn default() -> Self {
        Self::new()
    }
}

impl Place {
    /// An empty folder.
    pub fn new() -> Self {
        Self { folder: TempDir::new().expect("a temporary folder can be made") }
    }

    /// The folder's path.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file, and the folders above it.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("folders can be made");
        fs::write(path, content).expect("files can be written");
        self
    }

    /// The text of a file.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).expect("the file is there")
    }

    /// `eyas` in this folder, away from the settings of whoever runs the tests.
    pub fn command(&self, args: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(binary());
        command.args(args).current_dir(self.path());
        for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"] {
            command.env_remove(name);
        }
        command
    }

    /// Runs `eyas` with the words of `line`.
    pub fn eyas(&self, line: &str) -> Ran {
        self.eyas_with(line, "")
    }

    /// Runs `eyas` with the words of `line` and this on its standard input.
    pub fn eyas_with(&self, line: &str, input: impl AsRef<[u8]>) -> Ran {
        let args: Vec<&str> = line.split_whitespace().collect();
        let mut command = self.command(&args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("eyas starts");
        let mut stdin = child.stdin.take().expect("standard input is piped");
        let input = input.as_ref().to_vec();
        // A command that does not read its input may be gone before it is written.
        let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let output = child.wait_with_output().expect("eyas ends");
        writer.join().expect("the writer ends");
        Ran { output, folder: self.path().to_owned() }
    }
}

/// What a run of `eyas` left behind.
pub struct Ran {
    output: Output,
    folder: PathBuf,
}

impl Ran {
    /// The exit code.
    pub fn code(&self) -> i32 {
        self.output.status.code().expect("eyas exits by itself")
    }

    /// Standard output.
    pub fn stdout(&self) -> String {
        self.text(&self.output.stdout)
    }

    /// Standard error.
    pub fn stderr(&self) -> String {
        self.text(&self.output.stderr)
    }

    /// Standard output as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout()).expect("the output is JSON")
    }

    /// Each line of standard output as JSON.
    pub fn json_lines(&self) -> Vec<serde_json::Value> {
        self.stdout().lines().map(|line| serde_json::from_str(line).expect("the line is JSON")).collect()
    }

    /// Everything there is to see, for snapshots.
    pub fn shown(&self) -> String {
        let mut out = format!("exit {}\n", self.code());
        for (name, text) in [("stdout", self.stdout()), ("stderr", self.stderr())] {
            if !text.is_empty() {
                out.push_str(&format!("--- {name}\n{text}"));
            }
        }
        out
    }

    fn text(&self, bytes: &[u8]) -> String {
        let text = String::from_utf8(bytes.to_vec()).expect("eyas writes UTF-8");
        text.replace(&*self.folder.to_string_lossy(), "[folder]")
    }
}
