//! Bytes to text: UTF-8 and UTF-16, each with or without a byte order mark.

use super::node::{Problem, ProblemKind, Span};
use super::{MAX_BYTES, too_large};

/// The text of a file.
///
/// # Errors
/// The offset of the first byte that is not text.
pub fn decode(bytes: Vec<u8>) -> Result<String, Problem> {
    // UTF-16 has two bytes a character, and a mark.
    if bytes.len() > 2 * MAX_BYTES + 2 {
        return Err(too_large(bytes.len()));
    }
    match bytes.as_slice() {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest.to_vec()),
        // Without a mark: a template begins with ASCII, of which the other byte is zero.
        [1..=0x7F, 0, _, ..] => utf16(&bytes, u16::from_le_bytes),
        [0, 1..=0x7F, _, ..] => utf16(&bytes, u16::from_be_bytes),
        _ => utf8(bytes),
    }
}

fn utf8(bytes: Vec<u8>) -> Result<String, Problem> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Problem::new(Span::at(at), ProblemKind::Encoding, format!("byte {at} is not UTF-8"))
    })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Problem> {
    let (pairs, odd) = bytes.as_chunks();
    let text: Result<String, _> = char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect();
    match text {
        Ok(text) if odd.is_empty() => Ok(text),
        _ => Err(Problem::new(
            Span::at(0),
            ProblemKind::Encoding,
            "the file starts like UTF-16 but is not valid UTF-16",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn marks_are_dropped_and_utf16_is_read() {
        assert_eq!(decode(b"\xEF\xBB\xBFa: 1".to_vec()).ok().as_deref(), Some("a: 1"));
        let le: Vec<u8> =
            [0xFF, 0xFE].into_iter().chain("é: 1".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(decode(le).ok().as_deref(), Some("é: 1"));
        let be: Vec<u8> =
            [0xFE, 0xFF].into_iter().chain("é: 1".encode_utf16().flat_map(u16::to_be_bytes)).collect();
        assert_eq!(decode(be).ok().as_deref(), Some("é: 1"));
        let bare: Vec<u8> = "a: é".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(bare).ok().as_deref(), Some("a: é"));
    }

    #[test]
    fn what_is_not_text_is_located() {
        let problem = decode(b"a: \xC3\x28".to_vec()).expect_err("invalid");
        assert_eq!((problem.span.start, problem.message.as_str()), (3, "byte 3 is not UTF-8"));
        assert!(decode(vec![0xFF, 0xFE, 0x61]).is_err());
    }
}
