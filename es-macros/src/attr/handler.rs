use proc_macro2::{Span, TokenStream};
use syn::{Attribute, Ident, LitStr, Path};

use super::{arguments, assigned, inside, stored_name};
use crate::diag::Errors;

/// `#[command_handler(..)]`.
#[derive(Default)]
pub(crate) struct CommandArguments {
    /// Where `retry` was written.
    pub(crate) retry: Option<Span>,
    /// Where `create_if_missing` was written; the signature decides, this only checks it.
    pub(crate) create_if_missing: Option<Span>,
}

impl CommandArguments {
    pub(crate) fn read(attribute: &Attribute, errors: &mut Errors) -> Self {
        let mut read = Self::default();
        let tokens = inside(attribute, errors);
        let known = ["retry", "create_if_missing"];
        arguments(tokens, "`#[command_handler]`", &known, errors, |key, _| {
            match key.to_string().as_str() {
                "retry" => read.retry = Some(key.span()),
                _ => read.create_if_missing = Some(key.span()),
            }
            Ok(())
        });
        read
    }
}

/// `#[event_sourcing_handler(..)]`.
#[derive(Default)]
pub(crate) struct SourcingArguments {
    pub(crate) mark_deleted: bool,
    /// Where `snapshot` was written.
    pub(crate) snapshot: Option<Span>,
    /// `forward = all`, of a member.
    pub(crate) to_all: bool,
}

impl SourcingArguments {
    pub(crate) fn read(attribute: &Attribute, errors: &mut Errors) -> Self {
        let mut read = Self::default();
        let tokens = inside(attribute, errors);
        let known = ["mark_deleted", "snapshot"];
        arguments(tokens, "`#[event_sourcing_handler]`", &known, errors, |key, _| {
            match key.to_string().as_str() {
                "mark_deleted" => read.mark_deleted = true,
                _ => read.snapshot = Some(key.span()),
            }
            Ok(())
        });
        if let (true, Some(place)) = (read.mark_deleted, read.snapshot) {
            let text = "a deleted aggregate gets no snapshot; remove `snapshot`";
            errors.add(syn::Error::new(place, text));
        }
        read
    }
}

impl SourcingArguments {
    /// Those of a member's handler.
    pub(crate) fn of_member(attribute: &Attribute, errors: &mut Errors) -> Self {
        let mut read = Self::default();
        let tokens = inside(attribute, errors);
        let owner = "`#[event_sourcing_handler]` of a member";
        arguments(tokens, owner, &["forward"], errors, |key, input| {
            let whom: Ident = assigned(key, input, "forward = all")?;
            if whom != "all" {
                let text = "an event goes to the members that it names, or to all of them: \
                            `forward = all`";
                return Err(syn::Error::new_spanned(&whom, text));
            }
            read.to_all = true;
            Ok(())
        });
        read
    }
}

/// `#[event_handler(..)]` and `#[query_handler(..)]` on a free function.
#[derive(Default)]
pub(crate) struct FreeArguments {
    pub(crate) krate: Option<Path>,
    /// The processor that runs the function; named after it by default.
    pub(crate) processor: Option<LitStr>,
}

impl FreeArguments {
    pub(crate) fn read(
        tokens: TokenStream,
        owner: &str,
        known: &[&str],
        errors: &mut Errors,
    ) -> Self {
        let mut read = Self::default();
        arguments(tokens, owner, known, errors, |key, input| {
            match key.to_string().as_str() {
                "processor" => read.processor = Some(stored_name(key, input)?),
                _ => read.krate = Some(assigned(key, input, "crate = my::es_core")?),
            }
            Ok(())
        });
        read
    }
}
