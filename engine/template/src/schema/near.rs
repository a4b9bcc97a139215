//! Names that were probably meant.

use eyas_lang::diagnostics::nearest;

/// A known name like one that is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Near<N> {
    pub(super) name: N,
    /// Whether the other can only be a slip for it, so that it may be written unasked.
    pub(super) sure: bool,
}

impl<N> Near<N> {
    /// The same with the name made into another.
    pub(super) fn map<M>(self, change: impl FnOnce(N) -> M) -> Near<M> {
        Near { name: change(self.name), sure: self.sure }
    }
}

/// The known name nearest to `name`.
pub(super) fn near<'n>(name: &str, known: impl Iterator<Item = &'n str> + Clone) -> Option<Near<&'n str>> {
    let best = nearest(name, known.clone())?;
    let distance = slip(name, best);
    let rival = |other: &str| other != best && slip(name, other).is_some_and(|d| Some(d) <= distance);
    let sure = distance.is_some() && !known.into_iter().any(rival);
    Some(Near { name: best, sure })
}

/// How far apart two names are, if one can only be a slip for the other: the case, the
/// separators, a letter or two of a long name. Numbers and last letters tell names of a series
/// (`Subnet1`, `SubnetA`) apart.
fn slip(name: &str, known: &str) -> Option<usize> {
    let fold = |text: &str| -> String {
        text.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
    };
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    let (a, b) = (fold(name), fold(known));
    let length = a.chars().count().min(b.chars().count());
    let limit = match length {
        0..4 => 0,
        4..10 => 1,
        _ => 2,
    };
    if digits(&a) != digits(&b) || a.len().abs_diff(b.len()) > 2 * limit {
        return None;
    }
    let series = a.chars().count() == b.chars().count() && a.chars().last() != b.chars().last();
    let distance = strsim::damerau_levenshtein(&a, &b);
    (distance == 0 || distance <= limit && !series).then_some(distance)
}

#[cfg(test)]
mod tests {
    use super::near;

    fn sure(name: &str, known: &[&str]) -> Option<bool> {
        near(name, known.iter().copied()).map(|near| near.sure)
    }

    #[test]
    fn only_slips_are_sure() {
        for (name, known) in [
            ("tags", "Tags"),
            ("BucketNam", "BucketName"),
            ("SecurityGroupId", "SecurityGroupIds"),
            ("public-read", "PublicRead"),
            ("versioningConfigurtaion", "VersioningConfiguration"),
        ] {
            assert_eq!(sure(name, &[known, "Other"]), Some(true), "{name}");
        }
        for (name, known) in
            [("Subnet3", "Subnet1"), ("SubnetB", "SubnetA"), ("Host", "Port"), ("TLSv1.0", "TLSv1")]
        {
            assert_ne!(sure(name, &[known, "Other"]), Some(true), "{name}");
        }
        assert_eq!(sure("BucketNme", &["BucketName", "BucketNome"]), Some(false));
    }
}
