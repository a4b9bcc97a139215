//! `eyas rules fields`

use std::io::{self, Write};

use anstyle::Style;
use clap::Args;
use eyas_lang::catalog::{Argument, Catalog, Field};
use eyas_lang::diagnostics::nearest;

use crate::exit::{self, Exit, Failure};
use crate::screen::{Screen, paint};

/// List the fields of a record type
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  eyas rules fields cloudtrail\n  eyas rules fields cloudtrail ct.user -v\n  eyas rules fields AWS::EC2::SecurityGroup"
)]
pub(super) struct Fields {
    /// The record type: cloudtrail, AWS::EC2::SecurityGroup, or a definition of one (AWS::EC2::SecurityGroup.Ingress)
    #[arg(value_name = "TYPE")]
    record: String,

    /// Only fields whose name starts with this
    prefix: Option<String>,
}

pub(super) fn run(args: &Fields, screen: &Screen) -> Result<Exit, Failure> {
    let catalog = Catalog::builtin();
    let Some(shape) = catalog.described_shape(&args.record) else {
        let near = nearest(&args.record, catalog.names()).map(|n| format!("did you mean `{n}`?"));
        let help = near.unwrap_or_else(|| {
            "types are `cloudtrail` and CloudFormation's, such as `AWS::EC2::Instance`".into()
        });
        return Err(Failure::usage_help(format!("there is no record type `{}`", args.record), help));
    };
    let prefix = args.prefix.as_deref().unwrap_or("");
    let fields: Vec<&Field> = shape.fields.iter().filter(|f| f.name.starts_with(prefix)).collect();
    if fields.is_empty() && !prefix.is_empty() {
        let near = nearest(prefix, shape.fields.iter().map(|f| f.name.as_str()));
        let help = near
            .map_or("leave out the prefix to see all fields".to_owned(), |n| format!("did you mean `{n}`?"));
        return Err(Failure::usage_help(
            format!("no field of `{}` starts with `{prefix}`", args.record),
            help,
        ));
    }
    let mut out = io::stdout().lock();
    let names: Vec<String> = fields.iter().map(|f| name(f)).collect();
    let width = names.iter().map(|n| n.chars().count()).max().unwrap_or(0);
    let look = screen.out_look();
    for (field, name) in fields.iter().zip(&names) {
        let ty = field.ty.to_string();
        let first = field.doc.split_inclusive(". ").next().unwrap_or_default().trim_end();
        let doc = if screen.verbose { field.doc.as_str() } else { first };
        writeln!(out, "{}  {ty:<12}  {doc}", paint(look, Style::new().bold(), &format!("{name:<width$}")))?;
        if screen.verbose && !field.differs.is_empty() {
            writeln!(out, "{:width$}  {:<12}  Unlike Falco: {}", "", "", field.differs)?;
        }
    }
    Ok(exit::OK)
}

fn name(field: &Field) -> String {
    match field.argument {
        Argument::None => field.name.to_string(),
        Argument::OptionalIndex => format!("{}[N]", field.name),
        Argument::Pointer => format!("{}[/path]", field.name),
        Argument::Key => format!("{}[key]", field.name),
    }
}
