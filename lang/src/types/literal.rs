//! Text to values of the type that the other side of a comparison asks for.

use std::net::IpAddr;

use ipnet::IpNet;
use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};

use super::Type;
use crate::value::Value;

/// Reads `text` as a value of type `expect`; `Err` says what was expected.
///
/// `quoted` matters only where the type is not known: there a bare number is a number and a
/// quoted one is text.
pub(crate) fn read(text: &str, quoted: bool, expect: &Type) -> Result<Value<'static>, &'static str> {
    let str = || Value::Str(text.to_owned().into());
    match expect {
        Type::String => Ok(str()),
        Type::Int | Type::Float => number(text).ok_or("a number"),
        Type::Bool => boolean(text).map(Value::Bool).ok_or("`true` or `false`"),
        Type::Ip => text.parse().map(Value::Ip).map_err(|_| "an IP address"),
        Type::Cidr => network(text).map(Value::Net).ok_or("a network such as `10.0.0.0/8`"),
        Type::Host => Ok(text.parse().map_or_else(|_| str(), Value::Ip)),
        Type::Time => time(text).map(Value::Time).ok_or("a time such as `2026-01-31T00:00:00Z`"),
        Type::Duration => duration(text).map(Value::Duration).ok_or("a duration such as `10m` or `90d`"),
        Type::Size => size(text).map(Value::Size).ok_or("a size such as `5MiB` or `10KB`"),
        Type::List(item) => read(text, quoted, item),
        Type::Record(_) => Err("a member of the record"),
        Type::Dynamic if quoted => Ok(str()),
        Type::Dynamic => Ok(number(text).or_else(|| boolean(text).map(Value::Bool)).unwrap_or_else(str)),
    }
}

/// As [`read`], for an item of a set: an address is in a network that holds it.
pub(crate) fn read_item(text: &str, quoted: bool, expect: &Type) -> Result<Value<'static>, &'static str> {
    match expect {
        Type::Ip | Type::Host if text.contains('/') => match text.parse::<IpNet>() {
            Ok(net) => Ok(Value::Net(net.trunc())),
            Err(_) => Err("an IP address or a network such as `10.0.0.0/8`"),
        },
        Type::List(item) => read_item(text, quoted, item),
        _ => read(text, quoted, expect),
    }
}

/// A network, or an address as the network of itself.
pub(crate) fn network(text: &str) -> Option<IpNet> {
    match text.parse::<IpNet>() {
        Ok(net) => Some(net.trunc()),
        Err(_) => text.parse::<IpAddr>().ok().map(IpNet::from),
    }
}

/// A whole or decimal number, or a hexadecimal one with `0x`.
pub(crate) fn number(text: &str) -> Option<Value<'static>> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if let Some(hex) = digits.strip_prefix("0x") {
        let value = i64::from_str_radix(hex, 16).ok().filter(|value| *value >= 0)?;
        return Some(Value::Int(if text.starts_with('-') { -value } else { value }));
    }
    // `f64` also reads `inf` and `nan`, which are words here.
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    match text.parse::<i64>() {
        Ok(value) => Some(Value::Int(value)),
        Err(_) => text.parse::<f64>().ok().filter(|f| f.is_finite()).map(Value::Float),
    }
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// RFC 3339, or a date or date and time, which are in UTC.
pub(crate) fn time(text: &str) -> Option<Timestamp> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    let civil: civil::DateTime = text.parse().ok()?;
    civil.to_zoned(TimeZone::UTC).ok().map(|z| z.timestamp())
}

/// `10m`, `1h30m`, `500ms`: whole numbers, each with its unit.
pub(crate) fn duration(text: &str) -> Option<SignedDuration> {
    let mut total: i64 = 0;
    let mut rest = text;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let (number, after) = rest.split_at_checked(rest.find(|c: char| !c.is_ascii_digit())?)?;
        let number: i64 = number.parse().ok()?;
        let unit_len = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(unit_len)?;
        let millis = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "w" => 604_800_000,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(millis)?)?;
        rest = after;
    }
    Some(SignedDuration::from_millis(total))
}

/// A number of bytes, or a number with a unit (`KB` is 1000, `KiB` 1024).
pub(crate) fn size(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(digits)?;
    let number: u64 = number.parse().ok()?;
    let unit: u64 = match unit {
        "" | "B" => 1,
        "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        _ => return None,
    };
    number.checked_mul(unit)
}

/// The bytes that a string of hexadecimal digits stands for.
pub(crate) fn hex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks();
    if pairs.is_empty() || !rest.is_empty() {
        return None;
    }
    let nibble = |b: u8| (b as char).to_digit(16).map(|d| d as u8);
    pairs.iter().map(|&[high, low]| Some((nibble(high)? << 4) | nibble(low)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_sizes_need_whole_numbers_with_units() {
        assert_eq!(duration("1h30m"), Some(SignedDuration::from_secs(5_400)));
        assert_eq!(duration("90d"), Some(SignedDuration::from_hours(90 * 24)));
        for bad in ["", "10", "m", "10x", "1h30", "99999999999999999w", "1é"] {
            assert_eq!(duration(bad), None, "{bad}");
        }
        assert_eq!(size("5MiB"), Some(5 << 20));
        assert_eq!(size("10KB"), Some(10_000));
        for bad in ["MiB", "5 MiB", "5mib", "99999999999TiB"] {
            assert_eq!(size(bad), None, "{bad}");
        }
    }

    #[test]
    fn words_that_rust_reads_as_numbers_are_text() {
        for word in ["inf", "nan", "infinity", "+", "-", ".5", "1e400"] {
            assert!(number(word).is_none(), "{word}");
        }
        assert!(matches!(number("0xff"), Some(Value::Int(255))));
        assert!(number("-0x-8000000000000000").is_none());
        assert!(matches!(number("-3"), Some(Value::Int(-3))));
        assert!(matches!(number("2.5e+3"), Some(Value::Float(f)) if f == 2500.0));
    }

    #[test]
    fn an_address_is_a_network_of_itself_and_networks_lose_host_bits() {
        assert_eq!(network("10.1.2.3/8").map(|n| n.to_string()).as_deref(), Some("10.0.0.0/8"));
        assert_eq!(network("10.1.2.3").map(|n| n.to_string()).as_deref(), Some("10.1.2.3/32"));
        assert!(network("10.1.2").is_none());
    }

    #[test]
    fn hex_takes_pairs_of_digits() {
        assert_eq!(hex("48656c6C6f").as_deref(), Some(b"Hello".as_slice()));
        assert_eq!(hex("4"), None);
        assert_eq!(hex("zz"), None);
    }
}
