//! A number that a finding keeps from run to run.

use crate::finding::{Evidence, Location, Outcome, Subject};

/// FNV-1a over 128 bits: simple enough to be the same for ever. Findings are no adversary's
/// input to a table, so nothing more is needed.
#[derive(Debug, Clone, Copy)]
struct Fnv(u128);

/// The beginning of the fingerprints of a rule's findings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start(Fnv);

impl Fnv {
    fn new() -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }

    /// Adds a part; its end is part of it, so that `ab`+`c` is not `a`+`bc`.
    fn part(&mut self, text: &str) {
        for byte in text.bytes().chain([0xff]) {
            self.0 = (self.0 ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
    }

    fn hex(&self) -> String {
        let digit = |digit: u8| if digit < 10 { b'0' + digit } else { b'a' - 10 + digit };
        let mut digits = [0; 32];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0.to_be_bytes()) {
            pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 0xf)]);
        }
        String::from_utf8_lossy(&digits).into_owned()
    }
}

impl Start {
    /// That of a rule's findings of one outcome.
    pub(crate) fn new(rule: &str, outcome: Outcome) -> Self {
        let mut hash = Fnv::new();
        hash.part(rule);
        hash.part(if outcome == Outcome::Unknown { "unknown" } else { "violation" });
        Self(hash)
    }

    /// The fingerprint of a finding: the rule and its subject. Where the subject has no id, the
    /// place and the values take its part.
    pub(super) fn fingerprint(
        self,
        subject: &Subject,
        location: Option<&Location>,
        evidence: &[Evidence],
    ) -> String {
        let Self(mut hash) = self;
        hash.part(&subject.kind);
        for part in [&subject.account, &subject.region, &subject.id] {
            hash.part(part.as_deref().unwrap_or(""));
        }
        if subject.id.is_none() {
            if let Some(location) = location {
                hash.part(&location.file);
            }
            for one in evidence {
                hash.part(&one.field);
                hash.part(&one.value.as_ref().map(ToString::to_string).unwrap_or_default());
            }
        }
        hash.hex()
    }
}

/// The fingerprint of a finding whose subject is told apart from others of its id only by
/// something more: the template that it stands in.
pub fn fingerprint_within(fingerprint: &str, place: &str) -> String {
    let mut hash = Fnv::new();
    hash.part(fingerprint);
    hash.part(place);
    hash.hex()
}

/// The fingerprint of a finding about a further item of a record: that of the finding about the
/// record, the item, and how many equal ones come before it.
pub(super) fn of_item(record: &str, item: &str, equal: usize) -> String {
    let mut hash = Fnv::new();
    hash.part(record);
    hash.part(item);
    hash.part(&equal.to_string());
    hash.hex()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_the_same_for_ever() {
        let subject = Subject { kind: "cloudtrail".into(), id: Some("e-1".into()), ..Subject::default() };
        let print = |outcome| Start::new("a.b", outcome).fingerprint(&subject, None, &[]);
        insta::assert_snapshot!(print(Outcome::Violation), @"4fc02a2e386704df75b0df97ac78b77b");
        assert_ne!(print(Outcome::Violation), print(Outcome::Unknown));
    }

    #[test]
    fn the_known_hash_of_a_letter() {
        let mut hash = Fnv::new();
        hash.0 = (hash.0 ^ u128::from(b'a')).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        assert_eq!(hash.0, 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964);
    }
}
