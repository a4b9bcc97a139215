//! The stable codes. One row a code; each has a page in `pages/<code>.md`.

use super::Level;

macro_rules! codes {
    ($( $variant:ident, $code:literal, $level:ident, $title:literal; )*) => {
        /// A diagnostic's stable code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs, reason = "each code is documented by its page")]
        pub enum Code { $( $variant, )* }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &[Code] = &[ $( Code::$variant, )* ];

            /// The code as users see and type it.
            pub fn as_str(self) -> &'static str {
                match self { $( Code::$variant => $code, )* }
            }

            /// The level that a diagnostic with this code starts with.
            pub fn level(self) -> Level {
                match self { $( Code::$variant => Level::$level, )* }
            }

            /// One line: what it is about.
            pub fn title(self) -> &'static str {
                match self { $( Code::$variant => $title, )* }
            }

            /// The Markdown page: what it means, an example, how to mend it.
            pub fn page(self) -> &'static str {
                match self { $( Code::$variant => include_str!(concat!("pages/", $code, ".md")), )* }
            }

            /// The code with this name.
            pub fn parse(text: &str) -> Option<Code> {
                Self::ALL.iter().copied().find(|c| c.as_str() == text)
            }
        }
    };
}

codes! {
    Syntax, "syntax", Error, "text that is not part of the language";
    FalcoYaml, "falco-yaml", Error, "a Falco rules file that is not YAML";
    FalcoCondition, "falco-condition", Error, "a Falco condition that cannot be read";
    UnclosedString, "unclosed-string", Error, "a string that does not end on its line";
    UnclosedBlock, "unclosed-block", Error, "a bracket that is never closed";
    UnknownKey, "unknown-key", Error, "a key that rules or patterns do not have";
    UnknownItem, "unknown-item", Error, "a line that starts with no word of the language";
    ExpectedCondition, "expected-condition", Error, "a condition or value is missing";
    ReservedWord, "reserved-word", Error, "a word of the language used as a name";
    BadEscape, "bad-escape", Error, "a backslash before something that is no escape";
    BadInterpolation, "bad-interpolation", Error, "braces in a message that cannot be read";
    MisplacedItem, "misplaced-item", Error, "a `package` or `use` line in the wrong place";
    TooDeep, "too-deep", Error, "nesting beyond the limit";
    FalcoItem, "falco-item", Error, "an item of a Falco rules file that lacks something or has a wrong value";
    FalcoUnknownKey, "falco-unknown-key", Warning, "a key that Falco rules files do not have";
    FalcoSource, "falco-source", Error, "a Falco rule for events that eyas does not read";
    FalcoOverride, "falco-override", Error, "a Falco item that changes an earlier one in a way that is not possible";
    FalcoAppend, "falco-append", Warning, "an appended condition that binds otherwise than it looks";
    FalcoListText, "falco-list-text", Warning, "a list's name where Falco puts the items in as text";
    FalcoRedefined, "falco-redefined", Warning, "a Falco item that is defined twice in one file";
    FalcoOutput, "falco-output", Warning, "a `%` in an output that no field follows";
}
