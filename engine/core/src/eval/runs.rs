//! What of a text stands in raw JSON as it is: only characters that JSON has no need to escape.

/// The words that stand in JSON without quotes, and read as text.
const WORDS: [&str; 2] = ["true", "false"];

/// A whole string's text: with its quotes where it stands as it is. Words that are also JSON's
/// own may stand without.
pub(super) fn whole_text(text: &str, exact: bool) -> Option<String> {
    let plain = !text.is_empty() && text.bytes().all(is_plain);
    match plain && exact && tells(text) && !WORDS.contains(&text) {
        true => Some(format!("\"{text}\"")),
        false => longest_run(text).map(str::to_owned),
    }
}

/// The longest stretch that stands in JSON as it is and says enough to be looked for.
pub(super) fn longest_run(text: &str) -> Option<&str> {
    let runs = text.split(|c: char| !c.is_ascii() || !is_plain(c as u8));
    runs.filter(|run| run.len() >= 3 && tells(run)).max_by_key(|run| run.len())
}

/// An end of a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    Start,
    End,
}

/// What stands in JSON where a whole string starts or ends with a text: the stretch at that end
/// with the string's quote, unless a longer one is within. Words that are JSON's own have none.
pub(super) fn edge(text: &str, edge: Edge) -> Option<String> {
    let odd = |c: char| !c.is_ascii() || !is_plain(c as u8);
    let (outermost, part_of_word, quoted) = match edge {
        Edge::Start => {
            let run = text.split(odd).next()?;
            (run, WORDS.iter().any(|word| word.starts_with(run)), format!("\"{run}"))
        }
        Edge::End => {
            let run = text.rsplit(odd).next()?;
            (run, WORDS.iter().any(|word| word.ends_with(run)), format!("{run}\""))
        }
    };
    let quoted = Some(quoted).filter(|_| outermost.len() >= 2 && tells(outermost) && !part_of_word);
    match (quoted, longest_run(text)) {
        (Some(quoted), Some(run)) if run.len() > quoted.len() => Some(run.to_owned()),
        (None, run) => run.map(str::to_owned),
        (quoted, _) => quoted,
    }
}

/// Numbers are written in more ways than one; what has other letters than an exponent is none.
fn tells(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_alphabetic() && !matches!(b, b'e' | b'E'))
}

/// What JSON neither needs to escape nor has between its own tokens, where it may also have
/// white space.
pub(super) fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
        && !matches!(byte, b'"' | b'\\' | b'/' | b',' | b':' | b'{' | b'}' | b'[' | b']')
}

/// Four characters in a row that are seldom met, in every mix of cases.
pub(super) fn case_variants(run: &str) -> Vec<Vec<u8>> {
    let windows = run.as_bytes().windows(4);
    let rare = |window: &&[u8]| window.iter().map(|byte| rarity(*byte)).sum::<u32>();
    // The first of those that are equally rare.
    let chosen = windows.rev().max_by_key(rare).unwrap_or(run.as_bytes());
    let mut out = vec![Vec::with_capacity(chosen.len())];
    for &byte in chosen {
        let mut next = Vec::with_capacity(out.len() * 2);
        for text in out {
            for variant in [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()] {
                let mut longer = text.clone();
                longer.push(variant);
                next.push(longer);
            }
        }
        next.dedup();
        out = next;
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// How seldom a character is met in English words, roughly.
fn rarity(byte: u8) -> u32 {
    match byte.to_ascii_lowercase() {
        b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' => 1,
        b'b' | b'j' | b'k' | b'q' | b'v' | b'w' | b'x' | b'y' | b'z' | b'0'..=b'9' => 3,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_plain_and_telling() {
        assert_eq!(longest_run("arn:aws:iam::aws:policy/AdministratorAccess"), Some("AdministratorAccess"));
        assert_eq!(longest_run("0.0.0.0/0"), None);
        assert_eq!(whole_text("Root", true).as_deref(), Some("\"Root\""));
        assert_eq!(whole_text("Root", false).as_deref(), Some("Root"));
        assert_eq!(whole_text("true", true).as_deref(), Some("true"));
        assert_eq!(whole_text("", true), None);
        assert_eq!(case_variants("a1B").len(), 4);
        assert_eq!(case_variants("kali linux").len(), 16);
        assert_eq!(longest_run("x/Scout Suite"), Some("Scout Suite"));
        assert!(case_variants("S3 Browser").contains(&b"s3 b".to_vec()));
        assert!(case_variants("cloudberry").contains(&b"oUDb".to_vec()));
        assert_eq!(case_variants("ab").len(), 4);
        assert_eq!(edge(".js", Edge::End).as_deref(), Some(".js\""));
        assert_eq!(edge("static/js", Edge::End).as_deref(), Some("static"));
        assert_eq!(edge("Describe", Edge::Start).as_deref(), Some("\"Describe"));
        assert_eq!(edge("ue", Edge::End), None);
        assert_eq!(edge("tru", Edge::Start).as_deref(), Some("tru"));
        assert_eq!(edge("1e5", Edge::End), None);
    }
}
