use super::expected::Expected;
use super::json::Json;
use super::paint::Paint;
use super::shown::{indented, listing};
use crate::command::{Command, DomainError, Refusal};
use crate::store::NewEvent;

/// Ends the test, at the line that has the expectation.
#[track_caller]
pub(super) fn fail(message: &str) -> ! {
    panic!("{message}")
}

/// Fails with a message instead of giving an error on.
#[track_caller]
pub(super) fn demand<T>(result: Result<T, String>) -> T {
    match result {
        Ok(value) => value,
        Err(message) => fail(&message),
    }
}

/// A command in one line, with its fields.
pub(super) fn command_line<C: Command>(command: &C) -> String {
    match Json::of(command) {
        Some(json) => format!("{} {json}", C::NAME),
        None => C::NAME.to_owned(),
    }
}

/// What a command answered when it was not accepted, as the end of "the command …".
pub(super) fn refusal_text<X: DomainError>(refusal: &Refusal<X>) -> String {
    let paint = Paint::of_environment();
    let text = match refusal {
        Refusal::Rejected(error) => format!("was rejected: {error}\n{}", shown_error(error)),
        Refusal::NotFound => "was refused: there is no aggregate with this id (not found)".into(),
        Refusal::AlreadyExists => "was refused: the aggregate exists already".into(),
        Refusal::Deleted => "was refused: the aggregate was deleted".into(),
        Refusal::Recorded(error) => {
            format!("was rejected, and recorded: {error}\n{}", shown_error(error))
        }
        Refusal::MemberNotFound { member, key } => {
            format!("was refused: there is no `{member}` with key `{key}`")
        }
        Refusal::MemberExists { member, key } => {
            format!("was refused: there is a `{member}` with key `{key}` already")
        }
        Refusal::Repository(error) => format!("was refused: {error}"),
        Refusal::Nested(error) => format!("sent a command that failed: {error}"),
        Refusal::Vetoed(veto) => format!("was stopped by an interceptor: {veto}"),
        Refusal::Fault(fault) | Refusal::Parameter(fault) => format!("met a fault: {fault}"),
    };
    paint.red(&text)
}

/// What a command answered when it was accepted, as the end of "the command …".
pub(super) fn acceptance_text(stored: &[NewEvent]) -> String {
    if stored.is_empty() {
        return "was accepted and stored nothing".to_owned();
    }
    let events = listing(&Expected::default().show(stored));
    format!("was accepted and stored\n{}", indented(&events))
}

pub(super) fn shown_error<X: DomainError>(error: &X) -> String {
    indented(&format!("{error:#?}"))
}
