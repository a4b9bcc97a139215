//! The formats and how an output is asked for: `sarif`, or `sarif=out.sarif` for a file.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use thiserror::Error;

/// An output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// For people, in a terminal.
    Terminal,
    /// One JSON document with findings and summary.
    Json,
    /// One finding a line.
    Jsonl,
    /// SARIF 2.1.0.
    Sarif,
    /// One finding a row.
    Csv,
    /// For people, in a pull request or a ticket.
    Markdown,
    /// For people, in a browser: one file.
    Html,
    /// JUnit's XML.
    Junit,
    /// GitHub workflow commands.
    Github,
    /// GitLab's code quality report.
    Gitlab,
}

impl Format {
    /// Every format, in the order in which help lists them.
    pub const ALL: [Format; 10] = [
        Self::Terminal,
        Self::Json,
        Self::Jsonl,
        Self::Sarif,
        Self::Csv,
        Self::Markdown,
        Self::Html,
        Self::Junit,
        Self::Github,
        Self::Gitlab,
    ];

    /// The name that users type.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Terminal => "terminal",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Sarif => "sarif",
            Self::Csv => "csv",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Junit => "junit",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
        }
    }

    /// Whether a program reads it, so that nothing else may be mixed into its stream.
    pub fn is_machine(self) -> bool {
        self != Self::Terminal
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A format and where it goes; without a file, to standard output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// The format.
    pub format: Format,
    /// The file.
    pub file: Option<PathBuf>,
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) => write!(f, "{}={}", self.format, file.display()),
            None => write!(f, "{}", self.format),
        }
    }
}

/// Why text names no [`Output`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ParseOutputError {
    /// No format has this name.
    #[error("there is no format `{name}`{}; formats: {}", suggestion(.near), all_names())]
    Format {
        /// The name.
        name: String,
        /// The nearest one.
        near: Option<&'static str>,
    },
    /// `format=` with nothing behind it.
    #[error("`{0}` names no file after the `=`")]
    File(String),
}

fn suggestion(near: &Option<&str>) -> String {
    near.map_or(String::new(), |n| format!(" (did you mean `{n}`?)"))
}

fn all_names() -> String {
    Format::ALL.map(Format::as_str).join(", ")
}

impl FromStr for Output {
    type Err = ParseOutputError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, file) = match text.split_once('=') {
            Some((_, "")) => return Err(ParseOutputError::File(text.to_owned())),
            Some((name, file)) => (name, Some(PathBuf::from(file))),
            None => (text, None),
        };
        let names = Format::ALL.map(Format::as_str);
        let format =
            Format::ALL.into_iter().find(|f| f.as_str() == name).ok_or_else(|| ParseOutputError::Format {
                name: name.to_owned(),
                near: eyas_lang::diagnostics::nearest(name, names),
            })?;
        Ok(Self { format, file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_is_a_format_and_perhaps_a_file() {
        assert_eq!("jsonl".parse(), Ok(Output { format: Format::Jsonl, file: None }));
        assert_eq!(
            "sarif=a=b.sarif".parse(),
            Ok(Output { format: Format::Sarif, file: Some(PathBuf::from("a=b.sarif")) })
        );
    }

    #[test]
    fn a_wrong_format_names_the_nearest() {
        let error = "sariff".parse::<Output>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "there is no format `sariff` (did you mean `sarif`?); formats: terminal, json, jsonl, sarif, csv, markdown, html, junit, github, gitlab"
        );
        assert_eq!("csv=".parse::<Output>().unwrap_err().to_string(), "`csv=` names no file after the `=`");
    }
}
