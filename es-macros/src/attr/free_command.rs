use proc_macro2::{Span, TokenStream};
use syn::Path;

use super::{arguments, assigned};
use crate::diag::Errors;

/// `#[command_handler(..)]` on a free function.
#[derive(Default)]
pub(crate) struct FreeCommandArguments {
    pub(crate) krate: Option<Path>,
    /// Where `retry` was written.
    pub(crate) retry: Option<Span>,
}

impl FreeCommandArguments {
    pub(crate) fn read(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut read = Self::default();
        let owner = "`#[command_handler]` on a free function";
        arguments(tokens, owner, &["retry", "crate"], errors, |key, input| {
            match key.to_string().as_str() {
                "retry" => read.retry = Some(key.span()),
                _ => read.krate = Some(assigned(key, input, "crate = my::es_core")?),
            }
            Ok(())
        });
        read
    }
}
