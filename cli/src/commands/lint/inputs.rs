//! Parameter values, region and account that templates are resolved with.

use std::path::Path;

use eyas_template::document::{LineIndex, decode, parse};
use eyas_template::inputs::Inputs;

use super::files;
use crate::config::Settings;
use crate::exit::{self, Failure};

/// What the user says of the deployment.
pub(super) fn inputs(settings: &Settings, given: &[String]) -> Result<Inputs, Failure> {
    let known = |value: &Option<String>| value.as_deref().map(Into::into);
    let mut inputs = Inputs {
        region: known(&settings.region.value),
        account: known(&settings.account.value),
        ..Inputs::default()
    };
    for file in &settings.parameters.value {
        add_file(&mut inputs, file)?;
    }
    // One by one on the command line wins over files.
    for pair in given {
        let Some((name, value)) = pair.split_once('=') else {
            return Err(Failure::usage_help(
                format!("`--parameter {pair}` gives no value"),
                "write `--parameter Name=value`; a list is `--parameter Name=a,b`",
            ));
        };
        inputs.parameters.insert(name.trim().to_owned(), value.into());
    }
    Ok(inputs)
}

fn add_file(inputs: &mut Inputs, path: &Path) -> Result<(), Failure> {
    let told = |why: String| {
        Failure::usage_help(
            format!("cannot take parameters from `{}`: {why}", path.display()),
            "a parameter file is a JSON list of {\"ParameterKey\": …, \"ParameterValue\": …}, or {\"Parameters\": {\"Name\": \"value\"}}",
        )
    };
    let bytes = files::read(path).map_err(|error| told(exit::plain(&error)))?;
    let text = decode(bytes).map_err(|problem| told(problem.message))?;
    let document = parse(&text).map_err(|problem| {
        let (line, column) = LineIndex::new(&text).line_column(&text, problem.span.start);
        told(format!("{} at line {line}, column {column}", problem.message))
    })?;
    inputs.add_file(&document.root).map_err(|found| told(format!("it is {found}")))
}
