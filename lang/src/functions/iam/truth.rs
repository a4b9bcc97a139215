//! Three-valued truth with the reason for what is not known.

use std::borrow::Cow;
use std::sync::Arc;

use crate::value::{Fetched, Unknown, Value};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Truth {
    No,
    Unknown(Arc<Unknown>),
    Yes,
}

impl Truth {
    pub(super) fn unknown(reason: impl Into<Cow<'static, str>>) -> Self {
        Truth::Unknown(Arc::new(Unknown::new(reason.into())))
    }

    pub(super) fn and(self, other: impl FnOnce() -> Truth) -> Truth {
        match self {
            Truth::No => Truth::No,
            Truth::Yes => other(),
            Truth::Unknown(why) => match other() {
                Truth::No => Truth::No,
                _ => Truth::Unknown(why),
            },
        }
    }

    pub(super) fn not(self) -> Truth {
        match self {
            Truth::No => Truth::Yes,
            Truth::Yes => Truth::No,
            unknown => unknown,
        }
    }

    /// Whether one of these is so.
    pub(super) fn any(all: impl IntoIterator<Item = Truth>) -> Truth {
        let mut unknown = None;
        for truth in all {
            match truth {
                Truth::Yes => return Truth::Yes,
                Truth::Unknown(why) => unknown = unknown.or(Some(why)),
                Truth::No => {}
            }
        }
        unknown.map_or(Truth::No, Truth::Unknown)
    }

    /// Whether all of these are so.
    pub(super) fn all(all: impl IntoIterator<Item = Truth>) -> Truth {
        Truth::any(all.into_iter().map(Truth::not)).not()
    }

    pub(super) fn fetched<'r>(self) -> Fetched<'r> {
        match self {
            Truth::No => Fetched::Present(Value::Bool(false)),
            Truth::Yes => Fetched::Present(Value::Bool(true)),
            Truth::Unknown(why) => Fetched::Unknown(why),
        }
    }
}

impl From<bool> for Truth {
    fn from(so: bool) -> Self {
        if so { Truth::Yes } else { Truth::No }
    }
}
