//! What documents allow.
//!
//! An explicit deny wins over every allow. What is asked for may hold wildcards: then all that
//! they stand for must be allowed by one statement, and only a deny of all of it counts.

use super::condition::{Context, hold};
use super::document::{Patterns, Policy, Statement};
use super::pattern::Pattern;
use super::truth::Truth;

/// On what an action must be allowed.
#[derive(Clone, Copy)]
pub(super) enum On<'p> {
    /// Something.
    Some,
    /// Every resource of a kind: `*` or `…:role/*`.
    Wide,
    /// All that this stands for.
    All(&'p Pattern),
}

/// Whether the documents allow an action.
pub(super) fn allows(policy: &Policy, action: &Pattern, on: On<'_>, context: Context<'_>) -> Truth {
    let allowed = policy.statements.iter().map(|statement| {
        let allow = || statement.allow.clone().and(|| statement.actions.cover(action));
        allow()
            .and(|| hold(&statement.conditions, context))
            .and(|| reached(policy, statement, action, on, context))
    });
    let unread = policy.unread.iter().map(|why| Truth::Unknown(why.clone()));
    Truth::any(allowed.chain(unread))
}

/// Whether a statement that allows the action does so on what is asked for, and no other
/// statement denies it there.
fn reached(policy: &Policy, allow: &Statement, action: &Pattern, on: On<'_>, context: Context<'_>) -> Truth {
    let open = |resource: &Pattern| denied(policy, action, resource, context).not();
    match on {
        On::All(resource) => allow.resources.cover(resource).and(|| open(resource)),
        On::Some | On::Wide => match &allow.resources {
            Patterns::These(these) => Truth::any(these.iter().map(|resource| {
                let wide = if matches!(on, On::Wide) { resource.is_wide() } else { Truth::Yes };
                wide.and(|| open(resource))
            })),
            Patterns::AllBut(_) | Patterns::Missing => open(&everything()),
        },
    }
}

/// Whether a statement denies the action on all of a resource.
fn denied(policy: &Policy, action: &Pattern, resource: &Pattern, context: Context<'_>) -> Truth {
    Truth::any(policy.statements.iter().map(|statement| {
        let deny = statement.allow.clone().not();
        deny.and(|| statement.actions.cover(action))
            .and(|| statement.resources.cover(resource))
            .and(|| hold(&statement.conditions, context))
    }))
}

/// Every action.
pub(super) fn every_action() -> Pattern {
    Pattern::action("*:*")
}

/// Every resource, in the form that `*`, `arn:*` and `arn:aws:*` cover.
pub(super) fn everything() -> Pattern {
    Pattern::resource("arn:aws:*:*:*:*")
}

/// A resource as it is asked for.
pub(super) fn asked(resource: &str) -> Pattern {
    if resource.trim() == "*" { everything() } else { Pattern::resource(resource) }
}

/// An action as it is asked for.
pub(super) fn asked_action(action: &str) -> Pattern {
    if action.trim() == "*" { every_action() } else { Pattern::action(action) }
}
