//! What is in force: defaults, `eyas.toml`, flags, in that order, each value with where it came
//! from.

mod file;
mod ignore;
mod keys;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use eyas_lang::checked::Severity;
use eyas_report::{Format, IgnoreEntry, Output};

use crate::args::{Color, DeploymentArgs, Global, OutputArgs, RuleArgs, SetArgs};
use crate::exit::Failure;

pub(crate) use keys::KEYS;

/// The name of the file.
pub(crate) const FILE_NAME: &str = "eyas.toml";

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Nobody said otherwise.
    Default,
    /// A line of the configuration file.
    File(usize),
    /// A flag.
    Flag(&'static str),
}

/// A value and where it came from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Setting<T> {
    pub(crate) value: T,
    pub(crate) from: Origin,
}

impl<T> Setting<T> {
    fn default(value: T) -> Self {
        Self { value, from: Origin::Default }
    }

    fn flag(&mut self, value: Option<T>, flag: &'static str) {
        if let Some(value) = value {
            *self = Self { value, from: Origin::Flag(flag) };
        }
    }
}

/// In which order findings come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Order {
    /// As they stand in the input.
    Input,
    /// By event time; printed at the end.
    Time,
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Input => "input",
            Self::Time => "time",
        })
    }
}

/// What is in force.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The configuration file that was read.
    pub(crate) file: Option<PathBuf>,
    /// Built-in packs; `None` for all.
    pub(crate) packs: Setting<Option<Vec<String>>>,
    /// The user's rules.
    pub(crate) paths: Setting<Vec<PathBuf>>,
    /// Rules that are left out.
    pub(crate) disable: Setting<Vec<String>>,
    /// Whether rules run although others do not compile.
    pub(crate) keep_going: Setting<bool>,
    /// Parameters: name to value in the rule language.
    pub(crate) params: BTreeMap<String, Setting<Param>>,
    /// Outputs.
    pub(crate) format: Setting<Vec<Output>>,
    /// Findings at or above this make the exit code 1.
    pub(crate) fail_on: Setting<Severity>,
    /// Whether what could not be read or judged makes the exit code 4.
    pub(crate) strict_unknown: Setting<bool>,
    /// An earlier run to compare with.
    pub(crate) baseline: Setting<Option<PathBuf>>,
    /// Where the findings go that the next runs are compared with.
    pub(crate) write_baseline: Option<PathBuf>,
    /// Whether findings that are ignored or unchanged are listed too.
    pub(crate) show_ignored: Setting<bool>,
    /// Whether people are told only how many findings of severity info there are.
    pub(crate) fold_info: bool,
    /// Whether secrets are written out. Only ever by a flag.
    pub(crate) reveal: bool,
    /// What need not be acted on.
    pub(crate) ignores: Vec<IgnoreEntry>,
    /// Colour.
    pub(crate) color: Setting<Color>,
    /// Files of parameter values for templates.
    pub(crate) parameters: Setting<Vec<PathBuf>>,
    /// The region that templates are deployed to.
    pub(crate) region: Setting<Option<String>>,
    /// The account that templates are deployed to.
    pub(crate) account: Setting<Option<String>>,
    /// The order of findings.
    pub(crate) order: Setting<Order>,
    /// Threads; 0 for one a core.
    pub(crate) threads: Setting<usize>,
    /// The version of the rule language that the project pins.
    pub(crate) language: Option<u32>,
}

/// A parameter's value as it was given.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Param {
    /// In the configuration file.
    Toml(toml::Value),
    /// On the command line.
    Text(String),
}

impl Settings {
    /// Defaults and the configuration file.
    pub(crate) fn load(global: &Global) -> Result<Self, Failure> {
        let mut settings = Self::defaults();
        if let Some(path) = Self::find(global)? {
            let text = std::fs::read_to_string(&path).map_err(|e| {
                Failure::usage(format!("cannot read `{}`: {}", path.display(), crate::exit::plain(&e)))
            })?;
            file::apply(&mut settings, &path, &text).map_err(Failure::Config)?;
            settings.file = Some(path);
        }
        settings.color.flag(global.color, "--color");
        Ok(settings)
    }

    fn find(global: &Global) -> Result<Option<PathBuf>, Failure> {
        if global.no_config {
            return Ok(None);
        }
        if let Some(path) = &global.config {
            return Ok(Some(path.clone()));
        }
        let here = std::env::current_dir().map_err(Failure::file("read", Path::new(".")))?;
        // A file in this folder is named shortly, one further up by its whole path.
        if here.join(FILE_NAME).is_file() {
            return Ok(Some(PathBuf::from(FILE_NAME)));
        }
        Ok(here.ancestors().skip(1).map(|folder| folder.join(FILE_NAME)).find(|file| file.is_file()))
    }

    fn defaults() -> Self {
        Self {
            file: None,
            packs: Setting::default(None),
            paths: Setting::default(Vec::new()),
            disable: Setting::default(Vec::new()),
            keep_going: Setting::default(false),
            params: BTreeMap::new(),
            format: Setting::default(vec![Output { format: Format::Terminal, file: None }]),
            fail_on: Setting::default(Severity::Medium),
            strict_unknown: Setting::default(false),
            baseline: Setting::default(None),
            write_baseline: None,
            show_ignored: Setting::default(false),
            fold_info: false,
            reveal: false,
            ignores: Vec::new(),
            color: Setting::default(Color::Auto),
            parameters: Setting::default(Vec::new()),
            region: Setting::default(None),
            account: Setting::default(None),
            order: Setting::default(Order::Input),
            threads: Setting::default(0),
            language: None,
        }
    }

    /// Flags about rules win.
    pub(crate) fn with_rules(mut self, args: &RuleArgs) -> Result<Self, Failure> {
        self.paths.flag((!args.rules.is_empty()).then(|| args.rules.clone()), "--rules");
        // Leaving out one rule more is no reason to bring back those of the configuration.
        let disable = self.disable.value.iter().chain(&args.disable).cloned().collect();
        self.disable.flag((!args.disable.is_empty()).then_some(disable), "--disable");
        self.with_set(&args.set)
    }

    /// Flags about packs and parameters win.
    pub(crate) fn with_set(mut self, args: &SetArgs) -> Result<Self, Failure> {
        if args.no_packs {
            self.packs.flag(Some(Some(Vec::new())), "--no-packs");
        }
        self.packs.flag((!args.pack.is_empty()).then(|| Some(args.pack.clone())), "--pack");
        for set in &args.set {
            let Some((name, value)) = set.split_once('=') else {
                return Err(Failure::usage_help(
                    format!("`--set {set}` gives no value"),
                    "write `--set name=value`; a list is `--set name=a,b`",
                ));
            };
            let value = Setting { value: Param::Text(value.to_owned()), from: Origin::Flag("--set") };
            self.params.insert(name.trim().to_owned(), value);
        }
        self.check_packs()?;
        Ok(self)
    }

    fn check_packs(&self) -> Result<(), Failure> {
        let known = crate::pack::names();
        let asked = self.packs.value.iter().flatten();
        match asked.into_iter().find(|name| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some(name) => {
                let near = eyas_lang::diagnostics::nearest(name, known.iter().copied());
                let near = near.map_or(String::new(), |n| format!(", did you mean `{n}`?"));
                let packs = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                Err(Failure::usage_help(
                    format!("there is no built-in pack `{name}`{near}"),
                    format!("packs: {packs}"),
                ))
            }
        }
    }

    /// Whether a built-in pack runs: not where exactly the user's rules were asked for.
    pub(crate) fn has_pack(&self, name: &str, args: &RuleArgs) -> bool {
        let alone = !args.rules.is_empty() && !args.with_packs;
        !alone && self.packs.value.as_ref().is_none_or(|packs| packs.iter().any(|pack| pack == name))
    }

    /// Flags about output win.
    pub(crate) fn with_output(mut self, args: &OutputArgs) -> Self {
        self.format.flag((!args.format.is_empty()).then(|| args.format.clone()), "--format");
        self.fail_on.flag(args.fail_on, "--fail-on");
        self.strict_unknown.flag(args.strict_unknown.then_some(true), "--strict-unknown");
        self.baseline.flag(args.baseline.clone().map(Some), "--baseline");
        self.write_baseline.clone_from(&args.write_baseline);
        self.reveal = args.reveal;
        self.show_ignored.flag(args.show_ignored.then_some(true), "--show-ignored");
        self
    }

    /// Folds findings of severity info, unless somebody asks for them.
    pub(crate) fn with_info_folded(mut self, verbose: bool) -> Self {
        self.fold_info = !verbose && self.fail_on.value > Severity::Info;
        self
    }

    /// `--keep-going` wins.
    pub(crate) fn with_keep_going(mut self, keep_going: bool) -> Self {
        self.keep_going.flag(keep_going.then_some(true), "--keep-going");
        self
    }

    /// Flags about the deployment of templates win.
    pub(crate) fn with_deployment(mut self, args: &DeploymentArgs) -> Self {
        self.parameters.flag((!args.parameters.is_empty()).then(|| args.parameters.clone()), "--parameters");
        self.region.flag(args.region.clone().map(Some), "--region");
        self.account.flag(args.account.clone().map(Some), "--account");
        self
    }

    /// Flags about reading logs win.
    pub(crate) fn with_hunt(mut self, order: Option<Order>, threads: Option<usize>) -> Self {
        self.order.flag(order, "--order");
        self.threads.flag(threads, "--threads");
        self
    }
}
