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
    AllOverNothing, "all-over-nothing", Warning, "`all` over a list that may be absent";
    AmbiguousName, "ambiguous-name", Error, "a name that several used packages have";
    BadEdit, "bad-edit", Error, "a change that cannot be made to the record";
    BadLiteral, "bad-literal", Error, "a value that is not of the type that is asked for";
    BadRegex, "bad-regex", Error, "a regular expression that cannot be compiled";
    BadSeverity, "bad-severity", Error, "a severity that does not exist";
    BadValue, "bad-value", Error, "a value that its key or place cannot take";
    Cel, "cel", Error, "a CEL expression that cannot be used";
    Cycle, "cycle", Error, "macros or lists that use each other in a circle";
    DuplicateKey, "duplicate-key", Error, "a key that is given twice";
    DuplicateName, "duplicate-name", Error, "a name that is declared twice";
    FieldArgument, "field-argument", Error, "brackets that a field needs or cannot take";
    FieldAsText, "field-as-text", Warning, "a field's name where a value is expected";
    MisplacedKey, "misplaced-key", Error, "a key that belongs in another kind of declaration";
    MissingKey, "missing-key", Error, "a key that a declaration must have";
    NeverTrue, "never-true", Warning, "a comparison that can never be true";
    NotACondition, "not-a-condition", Error, "a value where a condition is expected";
    NotAResource, "not-a-resource", Error, "something that is no resource on the right of `refers_to`";
    NotASet, "not-a-set", Error, "a single value where a list is expected";
    NotAValue, "not-a-value", Error, "a condition where a value is expected";
    NotEqualAbsent, "not-equal-absent", Warning, "`!=` over a field that may be absent";
    NotRunnableYet, "not-runnable-yet", Error, "a rule that this version checks but cannot run";
    OperatorType, "operator-type", Error, "an operator that does not work on this type";
    ParamWithoutValue, "param-without-value", Warning, "a parameter that has no value";
    PatternExample, "pattern-example", Error, "a pattern that its examples contradict";
    ShadowedName, "shadowed-name", Warning, "a name that hides another";
    TooComplex, "too-complex", Error, "conditions beyond what can be checked";
    TypeMismatch, "type-mismatch", Error, "types that cannot be compared";
    UnknownField, "unknown-field", Error, "a field that the record does not have";
    UnknownFunction, "unknown-function", Error, "a function or macro that does not exist";
    UnknownName, "unknown-name", Error, "a name that nothing declares";
    UnknownPackage, "unknown-package", Error, "a package that does not exist";
    UnknownRecordType, "unknown-record-type", Error, "a record type that does not exist";
    UnknownRule, "unknown-rule", Error, "a test of a rule that does not exist";
    UnknownTestKey, "unknown-test-key", Warning, "a key of a test record that is probably misspelt";
    UnknownType, "unknown-type", Error, "a type that does not exist";
    UnreachableRule, "unreachable-rule", Warning, "a rule that no record can satisfy";
    UnusedName, "unused-name", Warning, "a name that nothing reads";
    WrongArguments, "wrong-arguments", Error, "the wrong number of arguments";
}
