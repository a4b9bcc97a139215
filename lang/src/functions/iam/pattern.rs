//! Texts with wildcards, and parts that are not known.
//!
//! `*` stands for any characters, `?` for one. Policy variables (`${aws:username}`) and the
//! unknown parts of a text that a template has yet to fill in are holes: they may be anything,
//! so a match that needs one is not certain.

use std::sync::Arc;

use super::truth::Truth;
use crate::value::{Tree, TreeKind, Unknown};

/// Texts longer than this are not looked into: they may match anything.
const MAX_LEN: usize = 4096;

/// A text with wildcards.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pattern {
    atoms: Vec<Atom>,
    /// Why there are holes.
    hole: Option<Arc<Unknown>>,
    /// Whether a policy variable names the caller itself.
    own: bool,
    /// Whether it refers to one resource of a template, whose name is not known.
    one: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Atom {
    Char(char),
    /// `?`
    One,
    /// `*`
    Any,
    /// Like `*`, but not certain.
    Hole,
}

impl Pattern {
    /// Reads a resource: case matters, policy variables are holes.
    pub(super) fn resource(text: &str) -> Self {
        let mut pattern = Self { atoms: Vec::new(), hole: None, own: false, one: false };
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            let (before, variable) = rest.split_at(at);
            let Some((name, after)) = variable.get(2..).and_then(|v| v.split_once('}')) else { break };
            pattern.push(before);
            match name {
                "*" | "?" | "$" => pattern.atoms.extend(name.chars().map(Atom::Char)),
                _ => {
                    pattern.atoms.push(Atom::Hole);
                    pattern.own |=
                        matches!(name.to_ascii_lowercase().as_str(), "aws:username" | "aws:userid");
                    let why = format!("the policy variable `${{{name}}}` is not known");
                    pattern.hole.get_or_insert_with(|| Arc::new(Unknown::new(why)));
                }
            }
            rest = after;
        }
        pattern.push(rest);
        pattern.bounded()
    }

    /// Reads an action: case does not matter.
    pub(super) fn action(text: &str) -> Self {
        let mut pattern = Self { atoms: Vec::new(), hole: None, own: false, one: false };
        pattern.push(&text.trim().to_lowercase());
        pattern.bounded()
    }

    /// Reads a node of a document.
    pub(super) fn of(tree: &Tree, read: fn(&str) -> Pattern) -> Option<Self> {
        match &tree.kind {
            TreeKind::Str(text) => Some(read(text)),
            TreeKind::Unknown(why) => Some(Self::unknown(why.clone(), read)),
            _ => None,
        }
    }

    /// A text of which some parts are known.
    fn unknown(why: Arc<Unknown>, read: fn(&str) -> Pattern) -> Self {
        let mut pattern =
            Self { atoms: Vec::new(), hole: Some(why.clone()), own: false, one: why.refers_to.is_some() };
        for part in &why.parts {
            match part {
                Some(text) => {
                    let part = read(text);
                    pattern.own |= part.own;
                    pattern.atoms.extend(part.atoms);
                }
                None => pattern.atoms.push(Atom::Hole),
            }
        }
        if why.parts.is_empty() {
            pattern.atoms.push(Atom::Hole);
        }
        pattern.bounded()
    }

    /// As it is written, where all of it is known.
    pub(super) fn text(&self) -> Option<String> {
        let letter = |atom: &Atom| match atom {
            Atom::Char(c) => Some(*c),
            Atom::One => Some('?'),
            Atom::Any => Some('*'),
            Atom::Hole => None,
        };
        self.atoms.iter().map(letter).collect()
    }

    fn push(&mut self, text: &str) {
        self.atoms.extend(text.chars().map(|c| match c {
            '*' => Atom::Any,
            '?' => Atom::One,
            other => Atom::Char(other),
        }));
    }

    fn bounded(mut self) -> Self {
        if self.atoms.len() > MAX_LEN {
            self.atoms = vec![Atom::Hole];
            self.hole = Some(Arc::new(Unknown::new("a text of the policy is too long")));
        }
        self
    }

    fn answer(&self, other: &Pattern, possible: bool) -> Truth {
        match (possible, self.hole.as_ref().or(other.hole.as_ref())) {
            (false, _) => Truth::No,
            (true, Some(why)) => Truth::Unknown(why.clone()),
            (true, None) => Truth::Yes,
        }
    }

    /// Whether everything that `other` stands for, this stands for.
    pub(super) fn covers(&self, other: &Pattern) -> Truth {
        if self.atoms == [Atom::Any] {
            return Truth::Yes;
        }
        if self.one && other.atoms.contains(&Atom::Any) {
            return Truth::No;
        }
        self.answer(other, matches(&self.atoms, &other.atoms))
    }

    /// Whether there is something that both stand for.
    pub(super) fn overlaps(&self, other: &Pattern) -> Truth {
        if self.atoms == [Atom::Any] || other.atoms == [Atom::Any] {
            return Truth::Yes;
        }
        self.answer(other, intersect(&self.atoms, &other.atoms))
    }

    /// Whether it stands for every resource of a kind: `*`, `…:role/*`, `…:function:*`.
    pub(super) fn is_wide(&self) -> Truth {
        let id = self.atoms.rsplit(|atom| matches!(atom, Atom::Char('/' | ':'))).next().unwrap_or(&[]);
        let wide = !id.is_empty() && id.iter().all(|atom| matches!(atom, Atom::Any | Atom::Hole));
        if !wide || self.own || self.one {
            return Truth::No;
        }
        // `role/team/*` is a part of the roles only.
        let separators =
            self.resource_part().iter().filter(|atom| matches!(atom, Atom::Char('/' | ':'))).count();
        self.answer(self, separators <= 1)
    }

    /// What follows the account of an ARN, or all of what is none.
    fn resource_part(&self) -> &[Atom] {
        let colons = self.atoms.iter().enumerate().filter(|(_, atom)| **atom == Atom::Char(':'));
        let fifth = colons.map(|(at, _)| at).nth(4);
        fifth.and_then(|at| self.atoms.get(at + 1..)).unwrap_or(&self.atoms)
    }
}

/// Whether `pattern` matches `text` taken by its letters, where a `*` of the text is matched by
/// a `*` only. Greedy with one point of return, so the time is the product of the lengths.
fn matches(pattern: &[Atom], text: &[Atom]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while let Some(letter) = text.get(t) {
        match (pattern.get(p), letter) {
            (Some(Atom::Any | Atom::Hole), _) => {
                back = Some((p, t));
                p += 1;
                continue;
            }
            // A hole of the text may be what the pattern asks for.
            (_, Atom::Hole) => return holes_may_match(pattern, text),
            (Some(Atom::One), Atom::Char(_) | Atom::One) => {}
            (Some(Atom::Char(a)), Atom::Char(b)) if a == b => {}
            _ => {
                let Some((star, taken)) = back else { return false };
                back = Some((star, taken + 1));
                p = star + 1;
                t = taken + 1;
                continue;
            }
        }
        p += 1;
        t += 1;
    }
    pattern.get(p..).unwrap_or(&[]).iter().all(|atom| matches!(atom, Atom::Any | Atom::Hole))
}

/// With holes in the text, a match is possible wherever the two have something in common.
fn holes_may_match(pattern: &[Atom], text: &[Atom]) -> bool {
    intersect(pattern, text)
}

/// Whether some text matches both, by the pairs of places that can be reached together.
fn intersect(a: &[Atom], b: &[Atom]) -> bool {
    let many = |atom: Option<&Atom>| matches!(atom, Some(Atom::Any | Atom::Hole));
    let width = b.len() + 1;
    // Row by row over `a`: whether `a[..i]` and `b[..j]` have a text in common.
    let mut row = vec![false; width];
    for i in 0..=a.len() {
        let above = i.checked_sub(1).and_then(|i| a.get(i));
        let mut next = vec![false; width];
        for j in 0..width {
            let left = j.checked_sub(1).and_then(|j| b.get(j));
            let from =
                |cells: &[bool], at: Option<usize>| at.and_then(|at| cells.get(at).copied()).unwrap_or(false);
            let both = match (above, left) {
                (Some(Atom::Char(x)), Some(Atom::Char(y))) => x == y && from(&row, j.checked_sub(1)),
                (Some(Atom::Char(_) | Atom::One), Some(Atom::Char(_) | Atom::One)) => {
                    from(&row, j.checked_sub(1))
                }
                _ => false,
            };
            let reached = (above.is_none() && left.is_none())
                || both
                || (many(above)
                    && (from(&row, Some(j)) || (left.is_some() && from(&next, j.checked_sub(1)))))
                || (many(left)
                    && (from(&next, j.checked_sub(1)) || (above.is_some() && from(&row, Some(j)))));
            if let Some(cell) = next.get_mut(j) {
                *cell = reached;
            }
        }
        row = next;
    }
    row.last().copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn truth(truth: Truth) -> &'static str {
        match truth {
            Truth::No => "no",
            Truth::Yes => "yes",
            Truth::Unknown(_) => "unknown",
        }
    }

    #[test]
    fn covering() {
        for (pattern, other, expected) in [
            ("*", "s3:getobject", "yes"),
            ("s3:Get*", "S3:getobject", "yes"),
            ("s3:get?bject", "s3:getobject", "yes"),
            ("s3:*", "s3:get*", "yes"),
            ("s3:get*", "s3:*", "no"),
            ("s3:get?", "s3:get*", "no"),
            ("*:*", "*:*", "yes"),
            ("s3:*object*", "s3:getobjectacl", "yes"),
            ("s3:*object", "s3:getobjectacl", "no"),
            ("", "", "yes"),
            ("", "a", "no"),
        ] {
            let covers = Pattern::action(pattern).covers(&Pattern::action(other));
            assert_eq!(truth(covers), expected, "{pattern} covers {other}");
        }
    }

    #[test]
    fn overlapping() {
        for (a, b, expected) in [
            ("s3:get*", "s3:*object", "yes"),
            ("s3:get*", "s3:put*", "no"),
            ("s3:*", "iam:*", "no"),
            ("*", "iam:passrole", "yes"),
            ("a?c", "ab*", "yes"),
            ("a?", "a", "no"),
        ] {
            assert_eq!(truth(Pattern::action(a).overlaps(&Pattern::action(b))), expected, "{a} and {b}");
            assert_eq!(truth(Pattern::action(b).overlaps(&Pattern::action(a))), expected, "{b} and {a}");
        }
    }

    /// Whether a pattern matches a text without wildcards, by trying everything.
    fn naive(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            (['*', rest @ ..], _) => {
                naive(rest, text) || text.split_first().is_some_and(|(_, t)| naive(pattern, t))
            }
            (['?', rest @ ..], [_, text @ ..]) => naive(rest, text),
            ([a, rest @ ..], [b, text @ ..]) => a == b && naive(rest, text),
            _ => false,
        }
    }

    /// Every text of up to four letters.
    fn texts() -> Vec<Vec<char>> {
        let mut all = vec![vec![]];
        for at in 0.. {
            let Some(text) = all.get(at).cloned().filter(|t: &Vec<char>| t.len() < 4) else { break };
            all.extend(['a', 'b'].map(|c| [text.as_slice(), &[c]].concat()));
        }
        all
    }

    proptest::proptest! {
        #[test]
        fn agrees_with_trying_everything(a in "[ab*?]{0,4}", b in "[ab*?]{0,4}") {
            let (p, q) = (Pattern::action(&a), Pattern::action(&b));
            let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            let mut common = false;
            let mut inside = true;
            for text in texts() {
                let (in_a, in_b) = (naive(&a, &text), naive(&b, &text));
                common |= in_a && in_b;
                inside &= in_a || !in_b;
                let word = Pattern::action(&text.iter().collect::<String>());
                proptest::prop_assert_eq!(p.covers(&word), Truth::from(in_a));
            }
            // Covering is sound, and complete but for patterns such as `*?` and `?*`.
            if p.covers(&q) == Truth::Yes {
                proptest::prop_assert!(inside);
            }
            if common {
                proptest::prop_assert_eq!(p.overlaps(&q), Truth::Yes);
                proptest::prop_assert_eq!(q.overlaps(&p), Truth::Yes);
            }
        }
    }

    #[test]
    fn policy_variables_may_be_anything() {
        let own = Pattern::resource("arn:aws:iam::*:user/${aws:username}");
        assert!(own.own);
        assert_eq!(truth(own.covers(&Pattern::resource("arn:aws:iam::1:user/a"))), "unknown");
        assert_eq!(truth(own.covers(&Pattern::resource("arn:aws:iam::1:role/a"))), "no");
        assert_eq!(truth(Pattern::resource("a${*}").covers(&Pattern::resource("ab"))), "no");
    }

    #[test]
    fn wide_resources() {
        for (resource, expected) in [
            ("*", "yes"),
            ("arn:aws:iam::*:role/*", "yes"),
            ("arn:aws:iam::111122223333:role/*", "yes"),
            ("arn:aws:lambda:*:*:function:*", "yes"),
            ("arn:aws:iam::111122223333:role/app", "no"),
            ("arn:aws:iam::111122223333:role/app-*", "no"),
            ("arn:aws:iam::111122223333:role/team/*", "no"),
            ("arn:aws:iam::*:user/${aws:username}", "no"),
        ] {
            assert_eq!(truth(Pattern::resource(resource).is_wide()), expected, "{resource}");
        }
    }
}
