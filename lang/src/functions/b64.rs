//! `b64`

use super::kit;
use super::{CallContext, Example, Function, ParamKind, Passing};
use crate::value::{Fetched, Value};
use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

pub(super) static FUNCTION: Function = Function {
    name: "b64",
    params: &[kit::param("text", ParamKind::Any)],
    variadic: false,
    passing: Passing::All,
    result: kit::text_or_texts,
    doc: "Decodes Base64 (standard or URL-safe, padded or not, line breaks allowed). Absent where the text is none. Of a list, every item.",
    examples: &[
        Example { expr: r#"b64("cm0gLXJmIC8=")"#, result: r#""rm -rf /""# },
        Example { expr: r#"b64("not base 64!")"#, result: r#"absent"# },
        Example { expr: r#"b64("")"#, result: r#""""# },
    ],
    eval,
};

fn eval<'r>(args: &[Value<'r>], _: &CallContext) -> Fetched<'r> {
    kit::map_text(args, decode)
}

fn decode(text: &str) -> Option<String> {
    let compact: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace() && *b != b'=').collect();
    let alphabet = if compact.iter().any(|b| matches!(b, b'-' | b'_')) { &URL_SAFE } else { &STANDARD };
    let config = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
    let engine =
        GeneralPurpose::new(alphabet, config.with_decode_padding_mode(DecodePaddingMode::RequireNone));
    Some(String::from_utf8_lossy(&engine.decode(&compact).ok()?).into_owned())
}
