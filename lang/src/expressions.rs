//! What CEL expressions run in: the standard library, with a `matches` that compiles an expression
//! once. The crate's own compiles it at every call; it is left out by leaving out its feature.

use std::cell::RefCell;
use std::sync::{Arc, LazyLock};

use cel::common::types::{CelBool, CelString};
use cel::{DeclarationError, Env, ExecutionError};
use regex::Regex;
use rustc_hash::FxHashMap;

/// More regular expressions than this are not kept: they may come from records.
const MOST_PATTERNS: usize = 256;

thread_local! {
    /// Regular expressions that were compiled on this thread.
    static PATTERNS: RefCell<FxHashMap<String, Regex>> = RefCell::default();
}

/// The environment of every expression.
pub fn environment() -> Arc<Env> {
    static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| {
        let mut env = Env::stdlib();
        // It fails only where the name is taken, which a test would see.
        let _ = add_matches(&mut env);
        Arc::new(env)
    });
    ENVIRONMENT.clone()
}

fn add_matches(env: &mut Env) -> Result<(), DeclarationError> {
    cel::add_overload!(env, fn matches: (CelString, CelString) -> Result<CelBool>, id = "matches")?;
    cel::add_member_overload!(env, fn matches: (CelString, CelString) -> Result<CelBool>)
}

/// CEL's `matches`.
fn matches(this: &CelString<'_>, pattern: &CelString<'_>) -> Result<CelBool, ExecutionError> {
    let (this, pattern) = (this.inner(), pattern.inner());
    PATTERNS.with_borrow_mut(|known| {
        if let Some(regex) = known.get(pattern) {
            return Ok(CelBool::from(regex.is_match(this)));
        }
        let regex = Regex::new(pattern).map_err(|error| ExecutionError::FunctionError {
            function: "matches".to_owned(),
            message: format!("`{pattern}` is no regular expression: {error}"),
        })?;
        let matched = regex.is_match(this);
        if known.len() == MOST_PATTERNS {
            known.clear();
        }
        known.insert(pattern.to_owned(), regex);
        Ok(CelBool::from(matched))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_matches_is_free() {
        assert_eq!(add_matches(&mut Env::stdlib()), Ok(()));
    }
}
