use super::Then;
use crate::aggregate::Aggregate;
use crate::command::{CommandOf, DomainError, Refusal};
use crate::fault::Fault;
use crate::testing::complaint::{acceptance_text, refusal_text, shown_error};
use crate::testing::diff::diff;
use crate::testing::fixture::OtherVersion;
use crate::testing::paint::Paint;

impl<A: Aggregate, C: CommandOf<A>> Then<A, C> {
    /// Expects that the domain rejected the command with this error; what a recorded one has
    /// stored is for `then_events` after it.
    ///
    /// # Panics
    /// It was accepted, rejected with another error, or met something else.
    #[track_caller]
    pub fn then_error(self, error: C::Error) -> Self
    where
        C::Error: PartialEq,
    {
        match self.rejection() {
            Some(found) if *found == error => self.refused(),
            Some(found) => {
                let lines = diff(&debug(&error), &debug(found), Paint::of_environment());
                self.fail(
                    &format!("the rejection `{error}`"),
                    &format!("was rejected with another: {found}\n{lines}"),
                )
            }
            _ => self.fail(
                &format!("the rejection `{error}`\n{}", shown_error(&error)),
                &self.answer_text(),
            ),
        }
    }

    /// Expects that the domain rejected the command with an error that passes a check.
    ///
    /// For errors without `PartialEq`, or with parts that do not matter.
    ///
    /// # Panics
    /// The check says false, or the command was not rejected.
    #[track_caller]
    pub fn then_error_matches(self, check: impl FnOnce(&C::Error) -> bool) -> Self {
        match self.rejection() {
            Some(found) if check(found) => self.refused(),
            _ => self.fail("a rejection that passes the check", &self.answer_text()),
        }
    }

    /// Expects a fault, a failure below the domain, that passes a check.
    ///
    /// # Panics
    /// The check says false, or there was no fault.
    #[track_caller]
    pub fn then_fault_matches(self, check: impl FnOnce(&Fault) -> bool) -> Self {
        let fault = match &self.ran.answer {
            Err(Refusal::Fault(fault) | Refusal::Parameter(fault)) => Some(fault),
            _ => None,
        };
        match fault {
            Some(found) if check(found) => self.refused(),
            _ => self.fail("a fault that passes the check", &self.answer_text()),
        }
    }

    /// Expects that the command was refused because its target does not exist.
    ///
    /// # Panics
    /// It was answered in another way.
    #[track_caller]
    pub fn then_not_found(self) -> Self {
        let fits = matches!(self.ran.answer, Err(Refusal::NotFound));
        self.expect_refusal(fits, "that the target is not found")
    }

    /// Expects that the command was refused because its target has no such member.
    ///
    /// # Panics
    /// It was answered in another way.
    #[track_caller]
    pub fn then_member_not_found(self, member: &str, key: &str) -> Self {
        let fits = matches!(
            &self.ran.answer,
            Err(Refusal::MemberNotFound { member: of, key: missing })
                if *of == member && missing == key
        );
        self.expect_refusal(fits, &format!("that there is no `{member}` with key `{key}`"))
    }

    /// Expects that the creating command was refused because the member is there already.
    ///
    /// # Panics
    /// It was answered in another way.
    #[track_caller]
    pub fn then_member_exists(self, member: &str, key: &str) -> Self {
        let fits = matches!(
            &self.ran.answer,
            Err(Refusal::MemberExists { member: of, key: found })
                if *of == member && found == key
        );
        self.expect_refusal(fits, &format!("that there is a `{member}` with key `{key}` already"))
    }

    /// Expects that a `#[command_interceptor]` of the aggregate stopped the command, for the reason
    /// with this text.
    ///
    /// # Panics
    /// It was answered in another way, or stopped for another reason.
    #[track_caller]
    pub fn then_vetoed(self, reason: &str) -> Self {
        let fits = matches!(
            &self.ran.answer,
            Err(Refusal::Vetoed(veto)) if veto.to_string() == reason
        );
        self.expect_refusal(fits, &format!("that an interceptor stops it: {reason}"))
    }

    /// Expects that the command was refused because its `#[target_version]` is not the version that
    /// was reached.
    ///
    /// # Panics
    /// It was answered in another way.
    #[track_caller]
    pub fn then_version_mismatch(self) -> Self {
        let fits = matches!(
            &self.ran.answer,
            Err(Refusal::Fault(fault)) if fault.downcast_ref::<OtherVersion>().is_some()
        );
        self.expect_refusal(fits, "that it is for another version")
    }

    /// Expects that the creating command was refused because its target exists.
    ///
    /// # Panics
    /// It was answered in another way.
    #[track_caller]
    pub fn then_already_exists(self) -> Self {
        let fits = matches!(self.ran.answer, Err(Refusal::AlreadyExists));
        self.expect_refusal(fits, "that the target exists already")
    }

    /// Expects that the command was refused because its target was deleted.
    ///
    /// To expect that the command itself deletes, use [`Then::then_marked_deleted`].
    ///
    /// # Panics
    /// It was answered in another way.
    #[track_caller]
    pub fn then_deleted(self) -> Self {
        let fits = matches!(self.ran.answer, Err(Refusal::Deleted));
        self.expect_refusal(fits, "that the target is a deleted one")
    }

    #[track_caller]
    fn expect_refusal(self, fits: bool, expected: &str) -> Self {
        if !fits {
            self.fail(expected, &self.answer_text());
        }
        self.refused()
    }

    fn rejection(&self) -> Option<&C::Error> {
        match &self.ran.answer {
            Err(Refusal::Rejected(error) | Refusal::Recorded(error)) => Some(error),
            _ => None,
        }
    }

    fn refused(mut self) -> Self {
        self.expects_refusal = true;
        self
    }

    fn answer_text(&self) -> String {
        match &self.ran.answer {
            Ok(_) => acceptance_text(&self.ran.stored),
            Err(refusal) => refusal_text(refusal),
        }
    }
}

fn debug(error: &impl DomainError) -> String {
    format!("{error:#?}\n")
}
