//! Any bytes read as a CloudTrail log: plain, gzipped, in whatever envelope they look like.

#![no_main]

use std::io::Cursor;

use eyas_engine::record::Record;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let input = Cursor::new(bytes.to_vec());
    let read = eyas_cloudtrail::read("fuzz", input, &mut |event| {
        event.subject();
        event.event();
        event.now();
    });
    // Reading from memory cannot fail, whatever the bytes are.
    assert!(read.is_ok());
});
