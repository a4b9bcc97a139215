//! The notation of the catalog's `at` column.
//!
//! | notation | means |
//! |---|---|
//! | `a.b.c`, `a.items[0].b`, `a["odd key"]` | a path from the record's root |
//! | `$` | the whole record |
//! | `"text"` | always this text |
//! | `@name` | whatever the field `name` of the same record type is |
//! | `first(x, y, …)` | the first that is present |
//! | `case(x, A\|B: y, C: z, else: w)` | by the text `x` |
//! | `concat(x, y, …)` | the texts joined; absent where one is |
//! | `sum(x, y, …)` | the sum of those that are present |
//! | `json(x)` | as JSON text |
//! | `join(list, ",")` | the items as text, joined |
//! | `without(x, ".suffix")` | the text without this ending |
//! | `part(x, "/", 2, 3)` | part 2 (from 0) of the text split at `/`, where it has at least 3 parts; the last number may be left out |
//! | `lookup(list, key, "text", y)` | `y` of the last item whose `key` is the text |
//! | `flag(x, A\|B)`, `flag(x, !A\|B)` | 1 where the text is one of these (none of these), else 0 |
//! | `prefixed(x, A\|B)` | whether the text begins with one of these |
//! | `tags(x)` | a list of `{Key, Value}` seen as an object |
//! | `ordinal()` | the number of the record in its input |
//! | `argument()` | at the path that the field's argument names |

use smol_str::SmolStr;

use super::{Extract, Step};

/// Nesting deeper than this, references included, is refused.
const MAX_DEPTH: u32 = 24;

/// Reads the notation. `field` yields the notation of another field, for `@name`.
///
/// The error says what is wrong and at which byte.
pub fn parse<'a>(text: &'a str, field: &dyn Fn(&str) -> Option<&'a str>) -> Result<Extract, String> {
    parse_at_depth(text, field, 0)
}

fn parse_at_depth<'a>(
    text: &'a str,
    field: &dyn Fn(&str) -> Option<&'a str>,
    depth: u32,
) -> Result<Extract, String> {
    let mut reader = Reader { text, at: 0, depth, field };
    let extract = reader.extract()?;
    reader.skip_space();
    if reader.at == text.len() { Ok(extract) } else { Err(reader.wrong("nothing more")) }
}

struct Reader<'t, 'f> {
    text: &'t str,
    at: usize,
    depth: u32,
    field: &'f dyn Fn(&str) -> Option<&'t str>,
}

impl<'t> Reader<'t, '_> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn wrong(&self, expected: &str) -> String {
        format!("expected {expected} at byte {} of `{}`", self.at, self.text)
    }

    fn skip_space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn eat(&mut self, token: char) -> bool {
        self.skip_space();
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len_utf8();
        }
        found
    }

    fn token(&mut self, token: char) -> Result<(), String> {
        if self.eat(token) { Ok(()) } else { Err(self.wrong(&format!("`{token}`"))) }
    }

    /// Letters, digits, `_` and `-`, or a quoted text.
    fn word(&mut self) -> Result<SmolStr, String> {
        self.skip_space();
        if self.rest().starts_with('"') {
            return self.quoted();
        }
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(rest.len());
        let (word, _) = rest.split_at(end);
        if word.is_empty() {
            return Err(self.wrong("a word"));
        }
        self.at += end;
        Ok(word.into())
    }

    fn quoted(&mut self) -> Result<SmolStr, String> {
        self.token('"')?;
        let end = self.rest().find('"').ok_or_else(|| self.wrong("a closing quote"))?;
        let (text, _) = self.rest().split_at(end);
        self.at += end + 1;
        Ok(text.into())
    }

    fn number(&mut self) -> Result<u32, String> {
        let word = self.word()?;
        word.parse().map_err(|_| self.wrong("a number"))
    }

    fn words(&mut self) -> Result<Vec<SmolStr>, String> {
        let mut words = vec![self.word()?];
        while self.eat('|') {
            words.push(self.word()?);
        }
        Ok(words)
    }

    fn extract(&mut self) -> Result<Extract, String> {
        if self.depth >= MAX_DEPTH {
            return Err(self.wrong("less nesting"));
        }
        self.depth += 1;
        let extract = self.extract_inner();
        self.depth -= 1;
        extract
    }

    fn extract_inner(&mut self) -> Result<Extract, String> {
        self.skip_space();
        match self.rest().chars().next() {
            Some('"') => Ok(Extract::Text(self.quoted()?)),
            Some('$') => {
                self.at += 1;
                Ok(Extract::Path(Vec::new()))
            }
            Some('@') => self.reference(),
            _ => {
                let start = self.at;
                let word = self.word()?;
                if self.eat('(') {
                    return self.call(&word);
                }
                self.at = start;
                Ok(Extract::Path(self.path()?))
            }
        }
    }

    fn reference(&mut self) -> Result<Extract, String> {
        self.token('@')?;
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(rest.len());
        let (name, _) = rest.split_at(end);
        let text = (self.field)(name).ok_or_else(|| self.wrong("the name of a field"))?;
        self.at += end;
        parse_at_depth(text, self.field, self.depth)
    }

    fn path(&mut self) -> Result<Vec<Step>, String> {
        let mut path = vec![Step::Key(self.word()?)];
        loop {
            if self.eat('.') {
                path.push(Step::Key(self.word()?));
            } else if self.eat('[') {
                path.push(match self.rest().starts_with('"') {
                    true => Step::Key(self.quoted()?),
                    false => Step::Index(self.number()?),
                });
                self.token(']')?;
            } else {
                return Ok(path);
            }
        }
    }

    fn call(&mut self, name: &str) -> Result<Extract, String> {
        let extract = match name {
            "first" => Extract::First(self.extracts()?),
            "concat" => Extract::Concat(self.extracts()?),
            "sum" => Extract::Sum(self.extracts()?),
            "json" => Extract::Json(Box::new(self.extract()?)),
            "tags" => Extract::Tags(Box::new(self.extract()?)),
            "ordinal" => Extract::Ordinal,
            "argument" => Extract::Argument,
            "case" => self.case()?,
            "without" => Extract::WithoutSuffix(self.first_argument()?, self.quoted()?),
            "join" => Extract::Join(self.first_argument()?, self.quoted()?),
            "prefixed" => Extract::Prefixed(self.first_argument()?, self.words()?),
            "flag" => {
                let of = self.first_argument()?;
                let negated = self.eat('!');
                Extract::Flag { of, values: self.words()?, negated }
            }
            "part" => self.part()?,
            "lookup" => self.lookup()?,
            other => return Err(self.wrong(&format!("a form (there is no `{other}`)"))),
        };
        self.token(')')?;
        Ok(extract)
    }

    fn extracts(&mut self) -> Result<Vec<Extract>, String> {
        let mut all = vec![self.extract()?];
        while self.eat(',') {
            all.push(self.extract()?);
        }
        Ok(all)
    }

    fn first_argument(&mut self) -> Result<Box<Extract>, String> {
        let extract = Box::new(self.extract()?);
        self.token(',')?;
        self.skip_space();
        Ok(extract)
    }

    fn case(&mut self) -> Result<Extract, String> {
        let on = Box::new(self.extract()?);
        let mut arms = Vec::new();
        let mut otherwise = None;
        while self.eat(',') {
            let values = self.words()?;
            self.token(':')?;
            let extract = self.extract()?;
            if values == ["else"] {
                otherwise = Some(Box::new(extract));
            } else {
                arms.push((values, extract));
            }
        }
        Ok(Extract::Case { on, arms, otherwise })
    }

    fn part(&mut self) -> Result<Extract, String> {
        let of = self.first_argument()?;
        let separator = self.quoted()?;
        self.token(',')?;
        let index = self.number()?;
        let parts = if self.eat(',') { self.number()? } else { 0 };
        Ok(Extract::Part { of, separator, index, parts })
    }

    fn lookup(&mut self) -> Result<Extract, String> {
        let list = self.first_argument()?;
        let key = self.path()?;
        self.token(',')?;
        self.skip_space();
        let equals = self.quoted()?;
        self.token(',')?;
        let value = Box::new(self.extract()?);
        Ok(Extract::Lookup { list, key, equals, value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Extract, String> {
        parse(text, &|name| (name == "user").then_some("who.name"))
    }

    #[test]
    fn reads_paths() {
        let key = |k: &str| Step::Key(k.into());
        assert_eq!(read("$"), Ok(Extract::Path(vec![])));
        assert_eq!(
            read("a.items[0][\"odd key\"].b"),
            Ok(Extract::Path(vec![key("a"), key("items"), Step::Index(0), key("odd key"), key("b")]))
        );
    }

    #[test]
    fn reads_forms_and_references() {
        insta::assert_debug_snapshot!(
            read(r#"case(kind, A|B: first(@user, "none"), C: part(x, "/", 2, 3), else: flag(n, !P|Q))"#),
            @r#"
        Ok(
            Case {
                on: Path(
                    [
                        Key(
                            "kind",
                        ),
                    ],
                ),
                arms: [
                    (
                        [
                            "A",
                            "B",
                        ],
                        First(
                            [
                                Path(
                                    [
                                        Key(
                                            "who",
                                        ),
                                        Key(
                                            "name",
                                        ),
                                    ],
                                ),
                                Text(
                                    "none",
                                ),
                            ],
                        ),
                    ),
                    (
                        [
                            "C",
                        ],
                        Part {
                            of: Path(
                                [
                                    Key(
                                        "x",
                                    ),
                                ],
                            ),
                            separator: "/",
                            index: 2,
                            parts: 3,
                        },
                    ),
                ],
                otherwise: Some(
                    Flag {
                        of: Path(
                            [
                                Key(
                                    "n",
                                ),
                            ],
                        ),
                        values: [
                            "P",
                            "Q",
                        ],
                        negated: true,
                    },
                ),
            },
        )
        "#
        );
    }

    #[test]
    fn says_what_is_wrong() {
        assert_eq!(read("a."), Err("expected a word at byte 2 of `a.`".into()));
        assert_eq!(
            read("shout(a)"),
            Err("expected a form (there is no `shout`) at byte 6 of `shout(a)`".into())
        );
        assert_eq!(read("@nobody"), Err("expected the name of a field at byte 1 of `@nobody`".into()));
        assert_eq!(read("json(a) b"), Err("expected nothing more at byte 8 of `json(a) b`".into()));
        assert!(read(&"json(".repeat(10_000)).is_err());
    }

    #[test]
    fn refuses_references_in_a_circle() {
        assert!(parse("@a", &|_| Some("first(@a)")).is_err());
    }
}
