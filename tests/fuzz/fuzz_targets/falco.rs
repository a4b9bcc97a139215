//! Any text read as a Falco rules file.

#![no_main]

use eyas_lang::falco;
use eyas_lang::source::FileId;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let file = falco::read(FileId(0), text);
    falco::convert(&file, text);
});
