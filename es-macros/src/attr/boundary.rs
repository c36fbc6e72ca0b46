use proc_macro2::TokenStream;
use syn::Path;

use super::{arguments, assigned};
use crate::diag::Errors;

/// `#[boundary(..)]`.
#[derive(Default)]
pub(crate) struct BoundaryArguments {
    pub(crate) krate: Option<Path>,
}

impl BoundaryArguments {
    pub(crate) fn read(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut read = Self::default();
        arguments(tokens, "`#[boundary]`", &["crate"], errors, |key, input| {
            read.krate = Some(assigned(key, input, "crate = my::es_core")?);
            Ok(())
        });
        read
    }
}
