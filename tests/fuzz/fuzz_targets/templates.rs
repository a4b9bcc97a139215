//! Any bytes as a CloudFormation template, and as a parameter file.

#![no_main]

use eyas_template::document::{decode, parse};
use eyas_template::inputs::Inputs;
use eyas_template::nested::NothingNearby;
use eyas_template::records::resolve;
use eyas_template::template::recognise;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = decode(bytes.to_vec()) else { return };
    let Ok(document) = parse(&text) else { return };
    let mut inputs = Inputs::default();
    let _ = inputs.add_file(&document.root);
    if let Ok(template) = recognise(&document) {
        resolve(&template, &inputs, &NothingNearby);
    }
});
