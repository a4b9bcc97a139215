//! Templates as CloudFormation sees them after its own transforms: loops unrolled, serverless
//! resources as what they stand for. Everything keeps the place of the author's line that it
//! comes from.

mod loops;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::document::Node;
use crate::inputs::Inputs;
use crate::note::{Note, NoteKind};
use crate::records::Source;
use crate::template::Template;

/// What the transforms make of a template.
#[derive(Debug, Default)]
pub(crate) struct Expansion {
    /// The root of the template that results; none where it is the same.
    pub(crate) root: Option<Node>,
    /// Where the resources come from that the template does not hold itself.
    pub(crate) sources: FxHashMap<SmolStr, Source>,
    pub(crate) notes: Vec<Note>,
}

/// Runs the transforms that a template asks for.
pub(crate) fn expand(template: &Template<'_>, inputs: &Inputs) -> Expansion {
    let mut expansion = Expansion::default();
    note_macros(template, &mut expansion.notes);
    if template.document.text.contains("Fn::ForEach") {
        loops::unroll(template, inputs, &mut expansion);
    }
    expansion
}

/// Names of transforms that CloudFormation runs itself and whose result is known.
const KNOWN: [&str; 2] = ["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"];

fn note_macros(template: &Template<'_>, notes: &mut Vec<Note>) {
    for transform in &template.transforms {
        if !KNOWN.contains(&transform.name) {
            let message =
                format!("the macro `{}` may change the template when it is deployed", transform.name);
            notes.push(
                Note::new(transform.span, NoteKind::Macro, message)
                    .help("only what is written here is looked at; lint what the macro makes of it as well"),
            );
        }
    }
}
