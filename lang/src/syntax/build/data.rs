//! The records of tests and samples.

use smol_str::SmolStr;

use super::super::ast::*;
use super::super::grammar::{Pair, Rule};
use super::{Builder, Children};

impl Builder {
    pub(super) fn data(&mut self, pair: Pair<'_>) -> Option<Data> {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::object => DataKind::Object(Children::of(pair).filter_map(|m| self.member(m)).collect()),
            Rule::items => DataKind::List(Children::of(pair).filter_map(|item| self.data(item)).collect()),
            Rule::unknown => DataKind::Unknown(self.string(&Children::of(pair).next()?)?.node),
            Rule::string => DataKind::Text { text: self.string(&pair)?.node, quoted: true },
            Rule::data_word => bare(pair.as_str()),
            _ => return None,
        };
        Some(Data { kind, span })
    }

    fn member(&mut self, pair: Pair<'_>) -> Option<(Ident, Data)> {
        let mut inner = Children::of(pair);
        let key = inner.next()?;
        let name = match key.as_rule() {
            Rule::string => SmolStr::new(self.string(&key)?.node),
            _ => SmolStr::new(key.as_str()),
        };
        let key = Ident { name, span: self.span(&key) };
        Some((key, self.data(inner.next()?)?))
    }
}

/// What an unquoted word of a record is.
pub(crate) fn bare(word: &str) -> DataKind {
    match word {
        "null" => DataKind::Null,
        "true" => DataKind::Bool(true),
        "false" => DataKind::Bool(false),
        _ if is_json_number(word) => DataKind::Number(SmolStr::new(word)),
        _ => DataKind::Text { text: word.to_owned(), quoted: false },
    }
}

/// Whether JSON would read the word as a number: `007` and `1.` are text.
fn is_json_number(word: &str) -> bool {
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let unsigned = word.strip_prefix('-').unwrap_or(word);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((m, e)) => (m, Some(e.strip_prefix(['+', '-']).unwrap_or(e))),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((w, f)) => (w, Some(f)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(digits)
}

#[cfg(test)]
mod tests {
    use super::is_json_number;

    #[test]
    fn numbers_are_those_of_json() {
        for word in ["0", "-1", "12.5", "1e5", "1.5E-3", "123456789012"] {
            assert!(is_json_number(word), "{word}");
        }
        for word in ["", "-", "007", "1.", ".5", "1e", "+1", "0x1f", "22/tcp", "1.2.3", "10m"] {
            assert!(!is_json_number(word), "{word}");
        }
    }
}
