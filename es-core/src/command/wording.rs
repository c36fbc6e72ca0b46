//! Texts of errors that depend on more than one field.

use super::{CommandError, Rejection};

/// What the sender of the outer command is told. It knows which command it sent, and not which one
/// of those that the handler sent an interceptor has stopped.
pub(super) fn of_inner(error: &CommandError<Rejection>) -> String {
    match error {
        CommandError::Vetoed { command, target: Some(target), veto, .. } => {
            format!("command `{command}` to `{target}` was stopped: {veto}")
        }
        CommandError::Vetoed { command, veto, .. } => {
            format!("command `{command}` was stopped: {veto}")
        }
        error => error.to_string(),
    }
}

/// Who panicked, and what that leaves.
pub(super) fn panicked(who: &str, message: &str, was_sent_on: bool) -> String {
    let stored = if was_sent_on {
        ", after it sent the command on, which may be carried out"
    } else {
        "; nothing is stored"
    };
    format!("{who} panicked: {message}{stored}")
}

pub(super) fn again(has_effects: bool) -> &'static str {
    if has_effects { AFTER_EFFECTS } else { "; send the command again" }
}

pub(super) fn again_under_its_id(has_effects: bool) -> &'static str {
    if has_effects { AFTER_EFFECTS } else { "; send it again under the same id" }
}

pub(super) fn after_effects(has_effects: bool) -> &'static str {
    if has_effects { AFTER_EFFECTS } else { "" }
}

const AFTER_EFFECTS: &str =
    "; its handler may have had effects outside, so find out before you send the command again";

pub(super) fn in_a_row(attempts: u32) -> String {
    if attempts > 1 { format!(" {attempts} times in a row") } else { String::new() }
}
