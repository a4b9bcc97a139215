//! Objects that hold events in a list: what CloudTrail writes, `lookup-events` prints and
//! CloudWatch Logs delivers.

use crate::strict::{self, Fault, skip_space};

/// Whether an object is a container whose list is gone into.
pub(crate) enum Container {
    /// It is, and its list's items start here.
    List(usize),
    /// It is not.
    No,
    /// There is not enough of it here to tell.
    Undecided,
}

/// Looks for `{"Records":[`, `{"Events":[` and `{"logEvents":[`, with the members that may stand
/// before them.
pub(crate) fn list_of_container(text: &[u8], start: usize) -> Container {
    const LISTS: [&[u8]; 4] = [b"\"Records\"", b"\"records\"", b"\"Events\"", b"\"logEvents\""];
    const BEFORE: [&[u8]; 8] = [
        b"\"NextToken\"",
        b"\"messageType\"",
        b"\"owner\"",
        b"\"logGroup\"",
        b"\"logStream\"",
        b"\"subscriptionFilters\"",
        b"\"$schema\"",
        b"\"ResponseMetadata\"",
    ];
    let mut at = start + 1;
    // What nearly every object starts with.
    if text.get(at..).is_some_and(|members| members.starts_with(b"\"event")) {
        return Container::No;
    }
    loop {
        at = skip_space(text, at);
        match text.get(at) {
            None => return Container::Undecided,
            Some(b'"') => {}
            Some(_) => return Container::No,
        }
        let rest = text.get(at..).unwrap_or_default();
        let is = |key: &&&[u8]| rest.starts_with(key);
        let could_be = |key: &&[u8]| key.starts_with(rest);
        if let Some(key) = LISTS.iter().find(is) {
            let colon = skip_space(text, at + key.len());
            let open = skip_space(text, colon + 1);
            return match (text.get(colon), text.get(open)) {
                (Some(b':'), Some(b'[')) => Container::List(open + 1),
                (None, _) | (Some(b':'), None) => Container::Undecided,
                _ => Container::No,
            };
        }
        let Some(key) = BEFORE.iter().find(is) else {
            let cut = LISTS.iter().chain(&BEFORE).any(could_be);
            return if cut { Container::Undecided } else { Container::No };
        };
        let colon = skip_space(text, at + key.len());
        if text.get(colon).is_some_and(|&b| b != b':') {
            return Container::No;
        }
        let near = text.get(..text.len().min(start + 64 * 1024)).unwrap_or(text);
        match strict::value_end(near, colon + 1) {
            Ok(end) => at = skip_space(text, end),
            Err(Fault::Unfinished) if near.len() == text.len() => return Container::Undecided,
            Err(_) => return Container::No,
        }
        match text.get(at) {
            Some(b',') => at += 1,
            None => return Container::Undecided,
            Some(_) => return Container::No,
        }
    }
}
