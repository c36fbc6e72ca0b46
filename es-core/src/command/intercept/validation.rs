use std::any::TypeId;
use std::collections::HashMap;
use std::fmt;

use super::answer::Dispatched;
use super::sending::{DispatchInterceptor, Sending};
use crate::command::{Command, CommandMessage};
use crate::future::BoxFuture;

/// Checks commands before they are sent, and stops those that are not valid with everything that
/// is wrong at once.
///
/// It is for what can be told from the command alone; what needs the aggregate's state belongs
/// into its handler.
///
/// ```
/// # use es_core::prelude::*;
/// # use es_core::command::Validation;
/// # #[derive(Command, Clone, Serialize, Deserialize)]
/// # struct CreateOrder { #[target] order_id: String, product: String, quantity: u32 }
/// let validation = Validation::new().check::<CreateOrder>(|command, violations| {
///     violations.require(!command.product.is_empty(), "product", "must not be empty");
///     violations.require(command.quantity > 0, "quantity", "must be at least 1");
/// });
/// let app = App::test().dispatch_interceptor(validation);
/// ```
///
/// The caller gets [`CommandError::Vetoed`](crate::command::CommandError::Vetoed) with a
/// [`ValidationError`].
#[derive(Default)]
pub struct Validation {
    by_command: HashMap<TypeId, Vec<Check>>,
    of_every_command: Vec<Check>,
}

type Check = Box<dyn Fn(&CommandMessage<'_>, &mut Violations) + Send + Sync>;

impl Validation {
    /// Checks nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Checks every `C`, beside what checks it already.
    #[must_use]
    pub fn check<C: Command>(
        mut self,
        check: impl Fn(&C, &mut Violations) + Send + Sync + 'static,
    ) -> Self {
        let check: Check = Box::new(move |message, violations| {
            if let Some(command) = message.downcast_ref() {
                check(command, violations);
            }
        });
        self.by_command.entry(TypeId::of::<C>()).or_default().push(check);
        self
    }

    /// Checks every command, for example what its metadata must have.
    #[must_use]
    pub fn check_all(
        mut self,
        check: impl Fn(&CommandMessage<'_>, &mut Violations) + Send + Sync + 'static,
    ) -> Self {
        self.of_every_command.push(Box::new(check));
        self
    }

    fn violations(&self, message: &CommandMessage<'_>) -> Vec<Violation> {
        let mut violations = Violations::default();
        let of_this_one = self.by_command.get(&message.payload_type()).into_iter().flatten();
        for check in self.of_every_command.iter().chain(of_this_one) {
            check(message, &mut violations);
        }
        violations.0
    }
}

impl DispatchInterceptor for Validation {
    fn intercept<'a>(&'a self, mut sending: Sending<'a>) -> BoxFuture<'a, Dispatched> {
        Box::pin(async move {
            let violations = self.violations(&sending.message());
            if violations.is_empty() {
                return sending.proceed().await;
            }
            Err(sending.veto(ValidationError { command: sending.name(), violations }))
        })
    }
}

/// What is wrong with a command, so far.
#[derive(Debug, Default)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// Adds a violation unless something holds.
    pub fn require(&mut self, holds: bool, field: &'static str, text: impl Into<String>) {
        if !holds {
            self.add(field, text);
        }
    }

    /// Adds a violation: `violations.add("quantity", "must be at least 1")`.
    pub fn add(&mut self, field: &'static str, text: impl Into<String>) {
        self.0.push(Violation { field, text: text.into() });
    }

    /// Adds the error of a parser or constructor, if it gives one.
    pub fn require_ok<T, E: fmt::Display>(&mut self, result: Result<T, E>, field: &'static str) {
        if let Err(error) = result {
            self.add(field, error.to_string());
        }
    }
}

/// One thing that is wrong with a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The field it is about.
    pub field: &'static str,
    /// What is wrong with it.
    pub text: String,
}

/// A command that is not valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidationError {
    /// The command's stored name.
    pub command: &'static str,
    /// Everything that is wrong with it.
    pub violations: Vec<Violation>,
}

impl fmt::Display for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "command `{}` is not valid", self.command)?;
        for (index, violation) in self.violations.iter().enumerate() {
            let before = if index == 0 { ":" } else { ";" };
            write!(f, "{before} `{}` {}", violation.field, violation.text)?;
        }
        Ok(())
    }
}

impl std::error::Error for ValidationError {}
